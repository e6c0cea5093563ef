// The AWS query protocol, which SNS and Auto Scaling speak: forms in, XML out. Knows no action.
import type { ServiceError, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import { leaf, rootElement, tree, type Xml } from "./xml.ts";

/** A form's fields by path: `Tags.member.1.Key=a` becomes `{Tags: {member: {1: {Key: "a"}}}}`. */
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

/** A field with text; `undefined` when it is missing or has fields of its own. */
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

/** What an action answers: texts, lists (`member`), structures, and maps (`entry` with `key` and `value`). */
export type QueryValue = string | QueryValue[] | TextMap | { [name: string]: QueryValue | undefined };

/** A map of texts, written as entries rather than as elements. */
export class TextMap {
  readonly entries: Readonly<Record<string, string>>;
  constructor(entries: Readonly<Record<string, string>>) {
    this.entries = entries;
  }
}

/** A value as an element. */
export function elementOf(name: string, value: QueryValue): Xml {
  if (typeof value === "string") return leaf(name, value);
  if (Array.isArray(value))
    return tree(
      name,
      value.map((item) => elementOf("member", item)),
    );
  if (value instanceof TextMap) {
    const entries = Object.entries(value.entries);
    return tree(
      name,
      entries.map(([key, text]) => tree("entry", [leaf("key", key), leaf("value", text)])),
    );
  }
  const fields = Object.entries(value);
  return tree(
    name,
    fields.flatMap(([field, content]) => (content === undefined ? [] : [elementOf(field, content)])),
  );
}

const headers = { "content-type": "text/xml" };

/** The answer of an action; `result` is left out when the action has none. */
export function queryAnswer(
  { id }: Pick<ServiceRequest, "id">,
  { action, namespace, result }: { action: string; namespace: string; result: QueryValue | undefined },
): ServiceResponse {
  const metadata = tree("ResponseMetadata", [leaf("RequestId", id)]);
  const answered = result === undefined ? [] : [elementOf(`${action}Result`, result)];
  const body = rootElement(`${action}Response`, namespace, [...answered, metadata]);
  return { status: 200, headers, body };
}

/** An error in the protocol's shape. */
export function queryError(
  { id }: Pick<ServiceRequest, "id">,
  namespace: string | undefined,
  { status, code, message }: ServiceError,
): ServiceResponse {
  const type = leaf("Type", status < 500 ? "Sender" : "Receiver");
  const error = tree("Error", [type, leaf("Code", code), leaf("Message", message)]);
  return { status, headers, body: rootElement("ErrorResponse", namespace, [error, leaf("RequestId", id)]) };
}
