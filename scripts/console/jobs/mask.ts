// Masks what may be about a person in a job's result: e-mail addresses, names, subjects and texts. A page shows them only when
// it is asked to.

/** Fields whose texts people write or that name them. */
const personal =
  /^(name|author|authorName|subject|to|from|address|owner|person|text|recipient|filename|title)$/i;

const address = /[^\s@<>"',;:]+@[^\s@<>"',;:]+\.[^\s@<>"',;:]+/g;

const mask = "•••";

/** The value with such texts masked, and whether any was. Objects and lists are looked through to any depth. */
export function masked(value: unknown): { value: unknown; masked: boolean } {
  let any = false;
  const hide = (text: string) => {
    any = true;
    return text === "" ? text : mask;
  };
  const walk = (node: unknown, field = ""): unknown => {
    if (typeof node === "string") return personal.test(field) ? hide(node) : node.replace(address, hide);
    if (Array.isArray(node)) return node.map((each) => walk(each, field));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, walk(each, key)]));
  };
  return { value: walk(value), masked: any };
}
