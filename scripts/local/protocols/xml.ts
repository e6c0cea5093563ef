// The one writer of XML: elements in order, with text or elements in them. Knows no service.

/** A piece of XML, already escaped. */
export type Xml = { readonly xml: string };

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // Readers of XML turn a bare carriage return into a line feed.
  "\r": "&#13;",
};

/** One element with text; nothing for `undefined`. */
export function leaf(name: string, value: string | number | boolean | undefined): Xml {
  if (value === undefined) return { xml: "" };
  const text = String(value).replace(/[&<>"\r]/g, (character) => escapes[character] ?? character);
  return { xml: `<${name}>${text}</${name}>` };
}

/** One element with elements in it. */
export function tree(name: string, children: readonly Xml[]): Xml {
  return { xml: `<${name}>${textOf(children)}</${name}>` };
}

/** A root element as text, without a declaration. */
export function rootElement(name: string, namespace: string | undefined, children: readonly Xml[]): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${namespace}"`;
  return `<${name}${attribute}>${textOf(children)}</${name}>`;
}

const textOf = (children: readonly Xml[]): string => children.map(({ xml }) => xml).join("");
