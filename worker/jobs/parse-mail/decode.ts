// The sandbox task `parse-mail`: bytes nobody vouches for in, the mail's bodies and attachments out as files of their
// own. Runs in a sandbox child only.
import { createReadStream, createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type AttachmentStream,
  type HeaderLines,
  type Headers,
  MailParser,
  type MessageText,
} from "mailparser";
import {
  type DecodeAnswer,
  type DecodedPart,
  type DecodeInput,
  type MailFacts,
  mailLimits,
} from "./decode-contract.ts";
import { htmlText } from "./html-text.ts";
import { mailFacts } from "./mail-facts.ts";
import { partName } from "./part-name.ts";
import { partType, signatureBytes } from "./part-type.ts";
import { plainLine } from "./plain-line.ts";
import { repaired } from "./raw-mail.ts";
import { refusals } from "./refusals.ts";

/** Everything that makes work out of a text is off: links, pictures in the text, one form from the other. */
const settings = {
  maxHeadSize: mailLimits.headerBytes,
  maxChildNodes: mailLimits.nodes,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  // Nested messages and reports stay whole, as attachments.
  ignoreEmbedded: true,
  keepDeliveryStatus: true,
};

/** @throws when the machine, not the mail, is at fault */
export async function runTask(given: unknown): Promise<DecodeAnswer> {
  // The worker is trusted by its children.
  const { file } = given as DecodeInput;
  const parser = new MailParser(settings);
  const failed = Promise.withResolvers<never>();
  parser.on("error", failed.reject);
  try {
    const fed = pipeline(createReadStream(file), repaired, parser);
    const read = readParts(parser);
    const [answer] = await Promise.race([Promise.all([read, fed]), failed.promise]);
    return answer;
  } catch (error) {
    // The parser's own word for a header or a tree beyond its bounds.
    if (error instanceof Error && "code" in error && error.code === "EMAXLEN")
      return { outcome: "refused", ...refusals.structureTooLarge() };
    throw error;
  } finally {
    parser.destroy();
  }
}

async function readParts(parser: MailParser): Promise<DecodeAnswer> {
  let headers: Headers = new Map();
  let facts: MailFacts = mailFacts(headers, []);
  parser.on("headers", (found: Headers) => {
    headers = found;
  });
  parser.on("headerLines", (lines: HeaderLines) => {
    facts = mailFacts(headers, lines);
  });
  const bodies: DecodedPart[] = [];
  const attachments: DecodedPart[] = [];
  for await (const data of parser as AsyncIterable<AttachmentStream | MessageText>) {
    if (data.type === "text") bodies.push(...(await writeBodies(data)));
    else attachments.push(await writeAttachment(data, `attachment-${attachments.length + 1}`));
  }
  return { outcome: "decoded", facts, parts: [...bodies, ...attachments] };
}

/** One attachment to its file; the parser goes on when it is released. */
async function writeAttachment(attachment: AttachmentStream, file: string): Promise<DecodedPart> {
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
  let problem: string | undefined;
  try {
    await pipeline(attachment.content as Readable, counted, createWriteStream(file));
  } catch (error) {
    // A full disk has a code; a decoder that gives up has none.
    if (error instanceof Error && "code" in error) throw error;
    problem = "The part is damaged and was not read to its end.";
  }
  attachment.release();
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

async function writeBodies({ text = "", html }: MessageText): Promise<DecodedPart[]> {
  const hasHtml = typeof html === "string" && html.trim() !== "";
  const hasText = text.trim() !== "";
  const plain = hasText ? text : hasHtml ? htmlText(html) : "";
  const parts: DecodedPart[] = [];
  if (plain !== "") {
    const bytes = await writeBody("text", plain);
    parts.push({ file: "text", role: "text", contentType: "text/plain; charset=utf-8", bytes });
  }
  if (hasHtml) {
    const bytes = await writeBody("html", html);
    parts.push({ file: "html", role: "html", contentType: "text/html; charset=utf-8", bytes });
  }
  return hasText ? parts : parts.map((part) => (part.role === "text" ? { ...part, derived: true } : part));
}

async function writeBody(file: string, text: string): Promise<number> {
  const bytes = Buffer.from(text.toWellFormed());
  await writeFile(file, bytes);
  return bytes.length;
}
