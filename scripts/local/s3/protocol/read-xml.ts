// Reads the XML documents of S3 requests. Knows no operation.
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { S3Error } from "./errors.ts";

/** Elements that may be repeated, in any document that S3 reads here. */
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
 * Parses a request's XML document and checks its root element against a schema.
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

/** A schema for an element with elements in it, or an empty one. */
export function element<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (isBlank(value) ? {} : value), schema);
}

/** The parser returns an empty element as text; it means an element without children. */
function isBlank(element: unknown): boolean {
  return typeof element === "string" && element.trim() === "";
}
