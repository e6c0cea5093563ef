// The sandbox task `parse-mail`: splits an untrusted mail into its bodies and attachments, one file each.
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { AttachmentStream, HeaderLines, Headers, MessageText } from "mailparser";
import { refusals } from "../refusals.ts";
import {
  type DecodeAnswer,
  type DecodedPart,
  type DecodeInput,
  type MailFacts,
  mailLimits,
} from "./contract.ts";
import { htmlText } from "./html-text.ts";
import { mailFacts } from "./mail-facts.ts";
import { createMimeParser, type MimeParser } from "./mime-parser.ts";
import { repairMail } from "./raw-mail.ts";
import { writeAttachment, writeUnparted } from "./write-attachment.ts";

/** All conversions are off: detecting links, inlining pictures, making text from HTML and HTML from text. */
const settings = {
  maxHeadSize: mailLimits.headerBytes,
  maxChildNodes: mailLimits.nodes,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  // Keep nested messages and reports whole, as attachments.
  ignoreEmbedded: true,
  keepDeliveryStatus: true,
};

/** Parses a mail. @throws when the machine, not the mail, is at fault */
export async function runTask(given: unknown): Promise<DecodeAnswer> {
  // Children trust the worker, so the input is not checked.
  const { file } = given as DecodeInput;
  const mime = createMimeParser(settings);
  const { parser } = mime;
  const failed = Promise.withResolvers<never>();
  parser.on("error", failed.reject);
  try {
    const fed = pipeline(createReadStream(file), repairMail, parser);
    const read = readParts(mime);
    const [answer] = await Promise.race([Promise.all([read, fed]), failed.promise]);
    return answer;
  } catch (error) {
    // The parser's code for a header or a MIME tree above its limits.
    if (error instanceof Error && "code" in error && error.code === "EMAXLEN")
      return { outcome: "refused", ...refusals.structureTooLarge() };
    throw error;
  } finally {
    parser.destroy();
  }
}

async function readParts({ parser, unparted }: MimeParser): Promise<DecodeAnswer> {
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
  for (const body of unparted())
    attachments.push(await writeUnparted(body, `attachment-${attachments.length + 1}`));
  return { outcome: "decoded", facts, parts: [...bodies, ...attachments] };
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
