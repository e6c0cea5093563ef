// The MD5 sums that SQS answers and SDK clients verify (SQS developer guide, "Calculating the MD5 message digest").
import { createHash, hash } from "node:crypto";
import type { MessageAttributes } from "./message.ts";

export function bodyMd5(body: string): string {
  return hash("md5", body);
}

/** The sum over names, types and values, sorted by name, each preceded by its length; `undefined` without attributes. */
export function attributesMd5(attributes: MessageAttributes | undefined): string | undefined {
  if (attributes === undefined) return undefined;
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const digest = createHash("md5");
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    const binary = attribute.DataType.startsWith("Binary");
    digest.update(Buffer.of(binary ? 2 : 1));
    add(
      binary ? Buffer.from(attribute.BinaryValue ?? "", "base64") : Buffer.from(attribute.StringValue ?? ""),
    );
  }
  return digest.digest("hex");
}
