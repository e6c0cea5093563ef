// What is in an S/MIME container (RFC 8551, CMS of RFC 5652). Signed and compressed content can be read; no signature is
// checked here. Encrypted content cannot be read.
import { inflateSync } from "node:zlib";
import { Constructed, fromBER, ObjectIdentifier, OctetString, Sequence } from "asn1js";

/** readable: the inner MIME part. encrypted, or not a container that we know. */
export type SmimeContent =
  | { content: "readable"; bytes: Buffer }
  | { content: "encrypted" }
  | { content: "unknown" };

const signedData = "1.2.840.113549.1.7.2";
const compressedData = "1.2.840.113549.1.9.16.1.9";
const encryptedTypes = new Set([
  "1.2.840.113549.1.7.3",
  "1.2.840.113549.1.7.6",
  "1.2.840.113549.1.9.16.1.23",
]);

/** Types that a container is declared as. */
const smimeType = /^application\/(x-)?pkcs7-mime$/;

/** Whether a part is a container: by its type, or by its name and a first byte that fits. */
export const isSmime = (contentType: string, name: string | undefined, first: number | undefined): boolean =>
  first === 0x30 && (smimeType.test(contentType) || /\.p7[mz]$/i.test(name ?? ""));

/** Reads a container. @param mostBytes limits what compressed content may become */
export function readSmime(bytes: Buffer, mostBytes: number): SmimeContent {
  const { result, offset } = fromBER(new Uint8Array(bytes));
  if (offset < 0 || !(result instanceof Sequence)) return { content: "unknown" };
  const [type, content] = result.valueBlock.value;
  if (!(type instanceof ObjectIdentifier)) return { content: "unknown" };
  const kind = type.valueBlock.toString();
  if (encryptedTypes.has(kind)) return { content: "encrypted" };
  const inner = encapsulated(content);
  if (inner === undefined) return { content: "unknown" };
  if (kind === signedData) return { content: "readable", bytes: inner };
  if (kind !== compressedData) return { content: "unknown" };
  return { content: "readable", bytes: inflateSync(inner, { maxOutputLength: mostBytes }) };
}

/** The content in the third field of SignedData and CompressedData: an octet string behind a type and a tag. */
function encapsulated(content: unknown): Buffer | undefined {
  const fields = content instanceof Constructed ? content.valueBlock.value[0] : undefined;
  if (!(fields instanceof Sequence)) return undefined;
  const info = fields.valueBlock.value[2];
  if (!(info instanceof Sequence)) return undefined;
  const tagged = info.valueBlock.value[1];
  const octets = tagged instanceof Constructed ? tagged.valueBlock.value[0] : undefined;
  return octets instanceof OctetString ? Buffer.from(octets.getValue()) : undefined;
}
