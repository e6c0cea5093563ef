// Reads a browser's multipart/form-data upload as it arrives: the fields before the file, then the file. Knows no policy.
import type { Readable } from "node:stream";
import { Busboy } from "@fastify/busboy";
import { bodyChunks } from "../../gateway/http.ts";
import type { ServiceRequest } from "../../gateway/service.ts";
import { S3Error } from "./errors.ts";

/** A form upload whose file is arriving: fields by lower-case name, and the first file. S3 ignores everything after it. */
export type OpenForm = {
  fields: Record<string, string>;
  file: { name: string; chunks: AsyncIterable<Buffer> };
};

/** The limit of all fields before the file together (S3 API reference, MaxPostPreDataLengthExceeded). */
const fieldsLimitBytes = 20_000;

type Parser = InstanceType<typeof Busboy>;
type FormRequest = Pick<ServiceRequest, "headers" | "body" | "rest">;

/**
 * Reads a form and calls `take` when its file begins. The form is read to its end, whether or not `take` reads the file.
 * @throws S3Error MalformedPOSTRequest, MaxPostPreDataLengthExceeded, InvalidArgument without a file; what `take` throws
 */
export async function readForm<Result>(
  request: FormRequest,
  take: (form: OpenForm) => Promise<Result>,
): Promise<Result> {
  const fields: Record<string, string> = {};
  let fieldBytes = 0;
  let taken: Promise<Result> | undefined;
  let file: Readable | undefined;
  const parser = openParser(request);
  parser.on("field", (name, value) => {
    if (taken !== undefined) return;
    fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    fields[name.toLowerCase()] = value;
  });
  parser.on("file", (_, stream, fileName) => {
    stream.on("error", () => {});
    if (taken !== undefined) return void stream.resume();
    file = stream;
    const chunks = stream.iterator({ destroyOnReturn: false });
    const form = { fields, file: { name: fileName ?? "", chunks } };
    taken =
      fieldBytes > fieldsLimitBytes
        ? Promise.reject(new S3Error("MaxPostPreDataLengthExceeded"))
        : take(form);
    // What is not read is dropped: a parser that waits for its reader would never end.
    taken.catch(() => {}).finally(() => stream.resume());
  });
  const failure = await feed(parser, request).catch((error: Error) => error);
  if (failure !== undefined) {
    // The file fails with the form, so that its reader keeps nothing of it.
    file?.destroy(failure);
    await taken?.catch((error) => {
      if (error instanceof S3Error) throw error;
    });
    throw failure;
  }
  if (taken !== undefined) return taken;
  if (fieldBytes > fieldsLimitBytes) throw new S3Error("MaxPostPreDataLengthExceeded");
  throw new S3Error("InvalidArgument", "POST requires exactly one file upload per request.", {
    details: { ArgumentName: "file", ArgumentValue: "0" },
  });
}

/** @throws S3Error MalformedPOSTRequest when there is no boundary */
function openParser({ headers }: FormRequest): Parser {
  try {
    return new Busboy({
      headers: { ...headers, "content-type": headers["content-type"] ?? "" },
      preservePath: true,
      limits: { fieldSize: fieldsLimitBytes + 1 },
      isPartAFile: (_, type, fileName) => type === "application/octet-stream" || Boolean(fileName),
    });
  } catch {
    throw new S3Error("MalformedPOSTRequest");
  }
}

/** Gives the parser the body as fast as it takes it. Returns why the form is no form; throws when the body breaks off. */
async function feed(parser: Parser, request: FormRequest): Promise<Error | undefined> {
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    parser.once("finish", resolve);
    parser.on("error", () => {
      failure ??= new S3Error("MalformedPOSTRequest");
      resolve();
    });
  });
  for await (const chunk of bodyChunks(request)) {
    if (failure !== undefined) return failure;
    const drained = new Promise((resolve) => parser.once("drain", resolve));
    if (!parser.write(chunk)) await Promise.race([drained, ended]);
  }
  if (failure === undefined) parser.end();
  await ended;
  return failure;
}
