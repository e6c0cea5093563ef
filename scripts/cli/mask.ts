// Masks what may be about a person: e-mail addresses anywhere, and in results and payloads names, subjects and texts. Console and
// commands show them only when they are asked to.

/** Fields whose texts people write or that name them. */
const personal =
  /^(name|author|authorName|subject|to|from|address|owner|person|text|recipient|recipients|source|filename|title|responseUrl)$/i;

/** An address, also as addresses of pages and keys of objects write it. Its domain ends at a slash: keys may have several. */
const address = /[^\s@<>"',;:]+(?:@|%40)[^\s@<>"',;:/%]+\.[^\s@<>"',;:/%]+/gi;
const mayHaveAddress = /@|%40/;

const mask = "•••";

/** A value, and whether anything in it is masked. */
export type Masked<Value> = { value: Value; masked: boolean };

/** A result or payload with such texts masked. Objects and lists are looked through to any depth. */
export const masked = <Value>(value: Value): Masked<Value> => walked(value, personal);

/** A value of our own making, in which only e-mail addresses may be a person's. */
export const maskedAddresses = <Value>(value: Value): Masked<Value> => walked(value, undefined);

/** A text of our own making, its addresses masked. */
export const maskedText = (text: string): string => maskedAddresses(text).value;

function walked<Value>(value: Value, fields: RegExp | undefined): Masked<Value> {
  let any = false;
  const hide = (text: string) => {
    any = true;
    return text === "" ? text : mask;
  };
  const walk = (node: unknown, field = ""): unknown => {
    if (typeof node === "string") {
      if (fields?.test(field)) return hide(node);
      return mayHaveAddress.test(node) ? node.replace(address, hide) : node;
    }
    if (Array.isArray(node)) return node.map((each) => walk(each, field));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, walk(each, key)]));
  };
  return { value: walk(value) as Value, masked: any };
}

/** True for a text that was masked. */
export const isMasked = (text: string): boolean => text.includes(mask);
