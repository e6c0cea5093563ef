// Reads one message from a file: its facts, its bodies as text, and its other parts, one file each.
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AttachmentStream, HeaderLines, Headers, MailParserOptions, MessageText } from "mailparser";
import { type BodyLeaf, bodyLeaf, withLineFeeds } from "./body-leaf.ts";
import { textPieces } from "./charset.ts";
import type { DecodedPart, MailFacts } from "./contract.ts";
import { chunksOf } from "./files.ts";
import { unflowed } from "./flowed.ts";
import { claimedByMeta } from "./html-charset.ts";
import { mailFacts } from "./mail-facts.ts";
import { createMimeParser, type Leaf, type MimeParser, type NodeCount } from "./mime-parser.ts";
import { repairMail } from "./raw-mail.ts";
import { writeAttachment, writeUnparted } from "./write-attachment.ts";

/** All conversions are off: detecting links, inlining pictures, making text from HTML and HTML from text. */
const settings: MailParserOptions = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  checksumAlgo: false,
  // Keep nested messages and reports whole, as attachments.
  ignoreEmbedded: true,
  keepDeliveryStatus: true,
};

/** A message. `files` holds all parts but the bodies, in the order of the mail. */
export type Message = { facts: MailFacts; leaves: BodyLeaf[]; files: DecodedPart[] };

/** What reading needs: a name for each further file, the shared count of nodes, and addresses to keep. */
export type Reading = {
  nextFile: () => string;
  count: NodeCount;
  ours: readonly string[];
  /** Words without any header are the body. In a part they are no message. */
  mayLackHeader: boolean;
};

/**
 * Reads the message in `file`.
 * @throws LimitMet for a message that exceeds a limit; anything else is the machine's fault or a defect
 */
export async function readMessage(file: string, reading: Reading): Promise<Message> {
  const mime = createMimeParser(settings, reading.count);
  const { parser } = mime;
  const failed = Promise.withResolvers<never>();
  parser.on("error", failed.reject);
  try {
    const fed = pipeline(repairMail(chunksOf(file), reading.mayLackHeader), parser);
    const read = readParts(mime, reading);
    const [message] = await Promise.race([Promise.all([read, fed]), failed.promise]);
    return message;
  } finally {
    parser.destroy();
  }
}

async function readParts(mime: MimeParser, { nextFile, ours }: Reading): Promise<Message> {
  const { parser, leafOf, unparted } = mime;
  let headers: Headers = new Map();
  let facts: MailFacts = mailFacts(headers, [], ours);
  parser.on("headers", (found: Headers) => {
    headers = found;
  });
  parser.on("headerLines", (lines: HeaderLines) => {
    facts = mailFacts(headers, lines, ours);
  });
  const leaves: BodyLeaf[] = [];
  const files: DecodedPart[] = [];
  for await (const data of parser as AsyncIterable<AttachmentStream | MessageText>) {
    if (data.type === "text") continue;
    const leaf = leafOf(data.headers);
    if (leaf.kind === "file") files.push(await writeAttachment(data, nextFile()));
    else leaves.push(await readBody(data, leaf, leaf.kind, mime));
  }
  for (const body of unparted()) files.push(await writeUnparted(body, nextFile()));
  return { facts, leaves, files };
}

async function readBody(
  data: AttachmentStream,
  { charset, flowed, deleteSpaces, alternative }: Leaf,
  kind: "text" | "html",
  { decode }: MimeParser,
): Promise<BodyLeaf> {
  const bytes = await bytesOf(data.content as Readable);
  data.release?.();
  const claimed = charset ?? (kind === "html" ? claimedByMeta(bytes) : undefined);
  const pieces = () => {
    const text = withLineFeeds(textPieces(bytes, claimed, decode));
    return flowed ? unflowed(text, deleteSpaces) : text;
  };
  return await bodyLeaf(kind, pieces, alternative);
}

/** All bytes of a stream. Pieces may be as small as a line, so they are not gathered one by one. */
async function bytesOf(stream: Readable): Promise<Buffer> {
  let held = Buffer.alloc(64 * 1024);
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (length + chunk.length > held.length) {
      const larger = Buffer.alloc(2 * (length + chunk.length));
      held.copy(larger, 0, 0, length);
      held = larger;
    }
    chunk.copy(held, length);
    length += chunk.length;
  }
  return held.subarray(0, length);
}
