// XML as S3 writes and reads it. Knows no operation.
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { S3Error } from "./errors.ts";

/** A piece of XML already escaped. */
export type Xml = { readonly xml: string };

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** One element with text; nothing at all for `undefined`. */
export function leaf(name: string, value: string | number | boolean | undefined): Xml {
  if (value === undefined) return { xml: "" };
  const text = String(value).replace(/[&<>"\r]/g, (character) => escapes[character] ?? character);
  return { xml: `<${name}>${text}</${name}>` };
}

/** One element with elements in it. */
export function tree(name: string, children: readonly Xml[]): Xml {
  return { xml: `<${name}>${children.map((child) => child.xml).join("")}</${name}>` };
}

/** A whole document. S3 puts its namespace on every root but `Error`. */
export function document(root: string, children: readonly Xml[]): string {
  const attribute = root === "Error" ? "" : ` xmlns="${namespace}"`;
  const inner = children.map((child) => child.xml).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner}</${root}>`;
}

/** Elements that may come more than once, in any document S3 reads here. */
const repeated = new Set([
  "AllowedHeader",
  "AllowedMethod",
  "AllowedOrigin",
  "CORSRule",
  "CloudFunctionConfiguration",
  "Event",
  "ExposeHeader",
  "FilterRule",
  "Object",
  "Part",
  "QueueConfiguration",
  "Tag",
  "TopicConfiguration",
]);

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => repeated.has(name),
});

/**
 * Reads a request's XML document and checks its root element against a schema.
 * @throws S3Error MalformedXML for anything else, document type declarations included
 */
export function parseDocument<Schema extends z.ZodType>(
  body: Buffer,
  root: string,
  schema: Schema,
): z.output<Schema> {
  const text = body.toString();
  if (text.includes("<!DOCTYPE")) throw new S3Error("MalformedXML");
  let content: unknown;
  try {
    content = parser.parse(text, true);
  } catch {
    throw new S3Error("MalformedXML");
  }
  if (typeof content !== "object" || content === null || !(root in content)) {
    throw new S3Error("MalformedXML");
  }
  const element: unknown = Reflect.get(content, root);
  const parsed = schema.safeParse(isBlank(element) ? {} : element);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw new S3Error("MalformedXML", undefined, {
    details: { Detail: `${problem?.path.join(".")}: ${problem?.message}` },
  });
}

/** A schema for an element with elements in it, which may also be empty. */
export function element<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (isBlank(value) ? {} : value), schema);
}

/** An empty element arrives as text; it stands for an element without children. */
function isBlank(element: unknown): boolean {
  return typeof element === "string" && element.trim() === "";
}
