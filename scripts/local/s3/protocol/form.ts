// Reads a browser's whole multipart/form-data upload: the fields before the file, and the file. Knows no policy.
import { Busboy } from "@fastify/busboy";
import type { ServiceRequest } from "../../gateway/service.ts";
import { S3Error } from "./errors.ts";

/** A form upload: fields by lower-case name, and the first file. S3 ignores everything after it. */
export type Form = { fields: Record<string, string>; file: { name: string; bytes: Buffer } };

/** The limit of all fields before the file together (S3 API reference, MaxPostPreDataLengthExceeded). */
const fieldsLimitBytes = 20_000;

/** Reads a form. @throws S3Error MalformedPOSTRequest, MaxPostPreDataLengthExceeded, InvalidArgument without a file */
export async function readForm(request: Pick<ServiceRequest, "headers" | "body">): Promise<Form> {
  const fields: Record<string, string> = {};
  const files: { name: string; bytes: Promise<Buffer> }[] = [];
  let fieldBytes = 0;
  await new Promise<void>((resolve, reject) => {
    const malformed = () => reject(new S3Error("MalformedPOSTRequest"));
    try {
      const parser = new Busboy({
        headers: { ...request.headers, "content-type": request.headers["content-type"] ?? "" },
        preservePath: true,
        isPartAFile: (_, type, fileName) => type === "application/octet-stream" || Boolean(fileName),
      });
      parser.on("field", (name, value) => {
        if (files.length > 0) return;
        fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
        fields[name.toLowerCase()] = value;
      });
      parser.on("file", (_, stream, fileName) => {
        files.push({ name: fileName ?? "", bytes: collect(stream) });
      });
      parser.on("error", malformed);
      parser.on("finish", resolve);
      parser.end(request.body);
    } catch {
      malformed();
    }
  });
  if (fieldBytes > fieldsLimitBytes) throw new S3Error("MaxPostPreDataLengthExceeded");
  const [file] = files;
  if (file === undefined) {
    throw new S3Error("InvalidArgument", "POST requires exactly one file upload per request.", {
      details: { ArgumentName: "file", ArgumentValue: "0" },
    });
  }
  return { fields, file: { name: file.name, bytes: await file.bytes } };
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
