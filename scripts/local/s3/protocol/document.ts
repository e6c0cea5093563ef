// The XML documents S3 answers with.
import { rootElement, type Xml } from "../../protocols/xml.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** A document in S3's namespace, which every root has but `Error`. */
export function s3Document(root: string, children: readonly Xml[]): string {
  return declaration + rootElement(root, root === "Error" ? undefined : namespace, children);
}
