// Writes one attachment to its own file. A problem with a part is noted on that part.
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { AttachmentStream } from "mailparser";
import { plainLine } from "../plain-line.ts";
import { calendarBytes, calendarName } from "./calendar-name.ts";
import type { DecodedPart } from "./contract.ts";
import { writeAll } from "./files.ts";
import { transferEncoding } from "./mime-encoding.ts";
import { partName } from "./part-name.ts";
import { partType, signatureBytes } from "./part-type.ts";
import { uudecode } from "./uuencode.ts";

const damaged = "The part is damaged and was not read to its end.";
const notDecoded = "The part is declared as uuencoded but is not; it is kept unchanged.";
const notParted = "The parts could not be separated; this is the whole content, unchanged.";

type Written = { start: Buffer; bytes: number; problem?: string | undefined };

/** Writes an attachment, then releases it so that the parser continues. */
export async function writeAttachment(attachment: AttachmentStream, file: string): Promise<DecodedPart> {
  const encoding = transferEncoding(attachment.headers.get("content-transfer-encoding"));
  const write = encoding === "uuencode" ? writeUudecoded : writeStreamed;
  const { start, bytes, problem } = await write(attachment.content as Readable, file);
  attachment.release?.();
  const contentType = await partType({ file, first: start, declared: attachment.contentType });
  return {
    file,
    role: "attachment",
    contentType,
    bytes,
    name: partName(attachment.filename ?? nameByContent(contentType, start)),
    contentId: plainLine(attachment.cid, 200),
    problem,
  };
}

/** Writes the content of a multipart that has no part. */
export async function writeUnparted(body: Buffer, file: string): Promise<DecodedPart> {
  const part = await writeBytes(body, file, { contentType: "text/plain" });
  return { ...part, problem: notParted };
}

/** Writes bytes as a part. What is said about them is believed as far as a header's word is. */
export async function writeBytes(
  body: Buffer,
  file: string,
  { contentType, name, contentId }: { contentType?: string; name?: string; contentId?: string },
): Promise<DecodedPart> {
  writeFileSync(file, body);
  const first = body.subarray(0, signatureBytes);
  return {
    file,
    role: "attachment",
    contentType: await partType({ file, first, declared: contentType }),
    bytes: body.length,
    name: partName(name),
    contentId: plainLine(contentId, 200),
  };
}

/** Programs send invitations without a name. */
function nameByContent(contentType: string, start: Buffer): string | undefined {
  return contentType === "text/calendar" ? calendarName(start.toString()) : undefined;
}

async function writeStreamed(content: Readable, file: string): Promise<Written> {
  let start = Buffer.alloc(0);
  let bytes = 0;
  const descriptor = openSync(file, "w");
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      if (start.length < calendarBytes)
        start = Buffer.concat([start, chunk.subarray(0, calendarBytes - start.length)]);
      writeAll(descriptor, chunk);
      bytes += chunk.length;
    }
    return { start, bytes };
  } catch (error) {
    // System errors such as a full disk have a code; decoder errors have none.
    if (error instanceof Error && "code" in error) throw error;
    return { start, bytes, problem: damaged };
  } finally {
    closeSync(descriptor);
  }
}

async function writeUudecoded(content: Readable, file: string): Promise<Written> {
  const encoded = await buffer(content);
  const decoded = uudecode(encoded);
  const body = decoded?.bytes ?? encoded;
  writeFileSync(file, body);
  const problem = decoded === undefined ? notDecoded : decoded.whole ? undefined : damaged;
  return { start: body.subarray(0, calendarBytes), bytes: body.length, problem };
}
