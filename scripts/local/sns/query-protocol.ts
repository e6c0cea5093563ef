// The AWS query protocol: forms in, XML out. Knows no action.

/** A form's fields by path: `{"Tags.member.1.Key": "a"}` read as `{Tags: {member: {1: {Key: "a"}}}}`. */
export type Form = { [name: string]: Form | string };

/** Reads a form body. */
export function formOf(body: string): Form {
  const form: Form = Object.create(null);
  for (const [path, value] of new URLSearchParams(body)) {
    const names = path.split(".");
    let at = form;
    for (const name of names.slice(0, -1)) {
      const known = at[name];
      const next: Form = typeof known === "object" ? known : Object.create(null);
      at[name] = next;
      at = next;
    }
    at[names.at(-1) ?? path] = value;
  }
  return form;
}

export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === "string" ? value : undefined;
}

/** The items of a list (`Name.member.N` or `Name.entry.N`), in the order of their numbers. */
export function itemsOf(form: Form, name: string): (Form | string)[] {
  const list = form[name];
  if (typeof list !== "object") return [];
  const items = list.member ?? list.entry;
  if (typeof items !== "object") return [];
  return Object.entries(items)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

/** A map (`Name.entry.N.key`, `Name.entry.N.value`) of texts. */
export function mapOf(form: Form, name: string): Record<string, string> {
  const pairs = itemsOf(form, name).map((item) => {
    if (typeof item === "string") return ["", ""];
    return [textOf(item, "key") ?? "", textOf(item, "value") ?? ""];
  });
  return Object.fromEntries(pairs);
}

/** What an answer is made of: texts, lists (`member`), structures, and maps (`entry` with `key` and `value`). */
export type XmlValue = string | XmlValue[] | XmlMap | { [name: string]: XmlValue | undefined };

/** A map of texts, written as entries rather than as elements. */
export class XmlMap {
  readonly entries: Readonly<Record<string, string>>;
  constructor(entries: Readonly<Record<string, string>>) {
    this.entries = entries;
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Writes a value's content, without an element around it. */
export function xmlOf(value: XmlValue): string {
  if (typeof value === "string") return escapeXml(value);
  if (Array.isArray(value)) return value.map((item) => `<member>${xmlOf(item)}</member>`).join("");
  if (value instanceof XmlMap) {
    return Object.entries(value.entries)
      .map(([key, text]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(text)}</value></entry>`)
      .join("");
  }
  return Object.entries(value)
    .map(([name, content]) => (content === undefined ? "" : `<${name}>${xmlOf(content)}</${name}>`))
    .join("");
}
