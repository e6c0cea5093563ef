// One attachment to a file of its own, in a sandbox child. What goes wrong with a part is told on that part.
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { AttachmentStream } from "mailparser";
import type { DecodedPart } from "./decode-contract.ts";
import { isUuencoded } from "./mime-parser.ts";
import { partName } from "./part-name.ts";
import { partType, signatureBytes } from "./part-type.ts";
import { plainLine } from "./plain-line.ts";
import { uudecoded } from "./uuencode.ts";

const damaged = "The part is damaged and was not read to its end.";
const notDecoded = "The part says it is uuencoded and is not; it is kept as it came.";
const notParted = "The parts could not be told apart; this is everything as it came.";

type Written = { start: Buffer; bytes: number; problem?: string | undefined };

/** Writes an attachment; the parser goes on when it is released. */
export async function writeAttachment(attachment: AttachmentStream, file: string): Promise<DecodedPart> {
  const encoding = attachment.headers.get("content-transfer-encoding");
  const write = isUuencoded(encoding) ? writeUudecoded : writeStreamed;
  const { start, bytes, problem } = await write(attachment.content as Readable, file);
  attachment.release?.();
  return {
    file,
    role: "attachment",
    contentType: partType(start, attachment.contentType),
    bytes,
    name: partName(attachment.filename),
    contentId: plainLine(attachment.cid, 200),
    problem,
  };
}

/** Writes what stands in a multipart without a single part. */
export async function writeUnparted(body: Buffer, file: string): Promise<DecodedPart> {
  await writeFile(file, body);
  const contentType = partType(body.subarray(0, signatureBytes), "text/plain");
  return { file, role: "attachment", contentType, bytes: body.length, problem: notParted };
}

async function writeStreamed(content: Readable, file: string): Promise<Written> {
  let start = Buffer.alloc(0);
  let bytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      if (start.length < signatureBytes)
        start = Buffer.concat([start, chunk.subarray(0, signatureBytes - start.length)]);
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(content, counted, createWriteStream(file));
    return { start, bytes };
  } catch (error) {
    // A full disk has a code; a decoder that gives up has none.
    if (error instanceof Error && "code" in error) throw error;
    return { start, bytes, problem: damaged };
  }
}

async function writeUudecoded(content: Readable, file: string): Promise<Written> {
  const encoded = await buffer(content);
  const decoded = uudecoded(encoded);
  const body = decoded?.bytes ?? encoded;
  await writeFile(file, body);
  const problem = decoded === undefined ? notDecoded : decoded.whole ? undefined : damaged;
  return { start: body.subarray(0, signatureBytes), bytes: body.length, problem };
}
