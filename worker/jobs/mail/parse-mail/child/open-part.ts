// Opens parts that hold parts: messages in messages, winmail.dat and S/MIME containers. What cannot be opened is kept as it
// is and says why.
import { isUtf8 } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { firstBytes } from "../../../shared/first-bytes.ts";
import { bodiesOf, writeBodies } from "./bodies.ts";
import { type BodyLeaf, bodyLeaf, withLineFeeds } from "./body-leaf.ts";
import { type DecodedPart, insideLimits } from "./contract.ts";
import { LimitMet } from "./limit-met.ts";
import { createMimeParser } from "./mime-parser.ts";
import { partName } from "./part-name.ts";
import { headerBegins, headerShown } from "./raw-mail.ts";
import { type Message, type Reading, readMessage } from "./read-message.ts";
import { isSmime, readSmime } from "./smime.ts";
import { readTnef, type TnefContent, type TnefFile } from "./tnef.ts";

import { writeBytes } from "./write-attachment.ts";

/** A part with what was found in it. `bodies` are those of a message that stands for the mail's own. */
export type OpenedPart = { part: DecodedPart; inside: OpenedPart[] };

/** Bytes that opening may still write. */
export type Room = { bytes: number };

type Opening = Reading & { room: Room; level: number };

const tooDeep = `What is in it was not opened: it is more than ${insideLimits.levels} levels deep.`;
const noRoom = `What is in it was not opened: the mail would become larger than ${insideLimits.bytes / 1024 ** 2} MB.`;
const tooMany = "What is in it was not opened: the mail would have too many parts.";
const badHeader = "What is in it was not opened: a header in it is too large or too deep.";
const unreadable = "What is in it could not be opened: it is damaged.";
const halfRead = "It is damaged; not all that is in it could be read.";
const encrypted = "It is encrypted and cannot be read here.";

/** Opens a part, and what is in it. A part that holds none is returned as it is. */
export async function openPart(part: DecodedPart, opening: Opening): Promise<OpenedPart> {
  const opener = openerOf(part);
  if (opener === undefined) return { part, inside: [] };
  const closed = (problem: string): OpenedPart => ({
    part: { ...part, problem: part.problem ?? problem },
    inside: [],
  });
  if (opening.level >= insideLimits.levels) return closed(tooDeep);
  if (part.bytes > opening.room.bytes) return closed(noRoom);
  opening.room.bytes -= part.bytes;
  try {
    const found = await opener(part, { ...opening, level: opening.level + 1 });
    return { part: { ...part, ...found.more }, inside: found.inside };
  } catch (error) {
    if (error instanceof LimitMet) return closed(error.limit === "parts" ? tooMany : badHeader);
    // A full disk is the machine's trouble or meets the sandbox's limit; everything else is the part's.
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") throw error;
    return closed(unreadable);
  }
}

type Found = { inside: OpenedPart[]; more?: Partial<DecodedPart> };
type Open = (part: DecodedPart, opening: Opening) => Promise<Found>;

function openerOf({ file, contentType, name, bytes }: DecodedPart): Open | undefined {
  if (/^message\/(rfc822|global|news)$/.test(contentType)) return openMessage;
  if (/\.eml$/i.test(name ?? "") && /octet-stream|^text\/plain/.test(contentType))
    return headerBegins(firstBytes(file, headerShown)) ? openMessage : undefined;
  if (contentType === "application/ms-tnef") return openTnef;
  const mayBe = /pkcs7|octet-stream|x-x509/.test(contentType) && bytes > 0;
  const first = mayBe ? firstBytes(file, 1)[0] : undefined;
  return isSmime(contentType, name, first) ? openSmime : undefined;
}

const openMessage: Open = async ({ file, name }, opening) => {
  const message = await readMessage(file, { ...opening, ours: [], mayLackHeader: false });
  const subject = message.facts.subject;
  return {
    inside: await insideOf(message, opening, subject ?? "message"),
    more: name === undefined && subject !== undefined ? { name: partName(`${subject}.eml`) } : {},
  };
};

/** The parts of a message in a message: its bodies as files named by its subject, then the others. */
async function insideOf(message: Message, opening: Opening, title: string): Promise<OpenedPart[]> {
  const bodies = await writeBodies(bodiesOf(message.leaves), {
    fileOf: opening.nextFile,
    role: "attachment",
    name: partName(title) ?? "message",
  });
  const inside: OpenedPart[] = bodies.map((part) => ({
    part: { ...part, name: partName(part.name) },
    inside: [],
  }));
  for (const file of message.files) inside.push(await openPart(file, opening));
  return inside;
}

const openSmime: Open = async ({ file, bytes }, opening) => {
  const content = readSmime(readFileSync(file), opening.room.bytes);
  if (content.content === "encrypted") return { inside: [], more: { problem: encrypted } };
  if (content.content === "unknown") return { inside: [] };
  opening.room.bytes -= Math.max(0, content.bytes.length - bytes);
  const inner = opening.nextFile();
  writeFileSync(inner, content.bytes);
  const message = await readMessage(inner, { ...opening, ours: [], mayLackHeader: false });
  const title = message.facts.subject ?? "signed message";
  return { inside: (await insideOf(message, opening, title)).map(unchecked) };
};

const unchecked = ({ part, inside }: OpenedPart): OpenedPart => ({
  part: { ...part, unchecked: true },
  inside: inside.map(unchecked),
});

const openTnef: Open = async ({ file }, opening) => {
  const { decode } = createMimeParser({}, { nodes: 0 });
  const content = await readTnef(readFileSync(file), decode, opening.room.bytes);
  const inside = await tnefParts(content, opening);
  return { inside, more: content.whole ? {} : { problem: halfRead } };
};

async function tnefParts({ texts, files }: TnefContent, opening: Opening): Promise<OpenedPart[]> {
  const { text, html, rtf } = texts;
  const leaves: BodyLeaf[] = [];
  if (text !== undefined) leaves.push(await leafOfText("text", text, texts));
  if (html !== undefined) leaves.push(await leafOfText("html", html, texts));
  const inside = await insideOf({ facts: noFacts, leaves, files: [] }, opening, "message");
  if (rtf !== undefined && rtf.length > 0) {
    opening.room.bytes -= rtf.length;
    const part = await writeBytes(rtf, opening.nextFile(), {
      contentType: "application/rtf",
      name: "message.rtf",
    });
    inside.push({ part, inside: [] });
  }
  for (const each of files) inside.push(await tnefFile(each, opening));
  return inside;
}

const leafOfText = (kind: "text" | "html", text: string, alternative: object) =>
  bodyLeaf(kind, () => withLineFeeds(Readable.from([text])), alternative);

const noFacts = { recipients: [], machineHeaders: [], list: false, report: false };

async function tnefFile(
  { name, contentType, contentId, bytes, holds }: TnefFile,
  opening: Opening,
): Promise<OpenedPart> {
  const part = await writeBytes(bytes, opening.nextFile(), {
    contentType: holds === "tnef" ? "application/ms-tnef" : (contentType ?? guessedType(bytes)),
    name: name ?? "",
    contentId: contentId?.replace(/^<|>$/g, "") ?? "",
  });
  return await openPart(part, opening);
}

/** A file of which nothing is said is text when its bytes are. */
const guessedType = (bytes: Buffer): string =>
  isUtf8(bytes) && !bytes.includes(0) ? "text/plain" : "application/octet-stream";
