// DynamoDB's attribute values as JSON, for the plain kinds: text, safe numbers, booleans, null, lists and maps. Whatever is
// neither is left to the SDK (binary data, sets, big numbers).
import { NotPlain } from "./not-plain.ts";

/** An attribute value in DynamoDB's JSON (DynamoDB API reference, AttributeValue). */
export type AttributeJson = Record<string, unknown>;

/** Writes the fields of an object; undefined ones are left out. @throws NotPlain */
export function toAttributes(record: Readonly<Record<string, unknown>>): Record<string, AttributeJson> {
  const attributes: Record<string, AttributeJson> = {};
  for (const [name, value] of Object.entries(record))
    if (value !== undefined) attributes[name] = toAttribute(value);
  return attributes;
}

/** Writes one value. @throws NotPlain */
export function toAttribute(value: unknown): AttributeJson {
  switch (typeof value) {
    case "string":
      return { S: value };
    case "boolean":
      return { BOOL: value };
    case "number":
      if (Number.isSafeInteger(value)) return { N: String(value) };
      throw new NotPlain();
    case "object":
      if (value === null) return { NULL: true };
      if (Array.isArray(value)) return { L: value.filter((item) => item !== undefined).map(toAttribute) };
      if (isPlainObject(value)) return { M: toAttributes(value) };
      throw new NotPlain();
    default:
      throw new NotPlain();
  }
}

const isPlainObject = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Reads the fields of an item. @throws NotPlain */
export function fromAttributes(attributes: Readonly<Record<string, AttributeJson>>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(attributes)) record[name] = fromAttribute(attribute);
  return record;
}

function fromAttribute(attribute: AttributeJson): unknown {
  for (const [type, value] of Object.entries(attribute))
    switch (type) {
      case "S":
      case "BOOL":
        return value;
      case "N":
        return safeNumber(value);
      case "NULL":
        return null;
      case "L":
        return (value as AttributeJson[]).map(fromAttribute);
      case "M":
        return fromAttributes(value as Record<string, AttributeJson>);
    }
  throw new NotPlain();
}

function safeNumber(text: unknown): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new NotPlain();
}
