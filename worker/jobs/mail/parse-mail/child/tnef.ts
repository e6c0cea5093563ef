// What is in a winmail.dat: the files and messages that Outlook attached, and the message's own texts.
import { type DecodeCharset, readText, windows1252 } from "./charset.ts";
import { decompressRtf } from "./compressed-rtf.ts";
import { isTnef, type MapiProperties, readMapiProperties, readTnefStream } from "./tnef-stream.ts";

/** A file in TNEF. `holds` tells that it is TNEF again: a message in the message. */
export type TnefFile = {
  name: string | undefined;
  contentType: string | undefined;
  contentId: string | undefined;
  bytes: Buffer;
  holds?: "tnef";
};

/** The message's own texts; absent ones are undefined. */
export type TnefTexts = {
  text: string | undefined;
  html: string | undefined;
  rtf: Buffer | undefined;
};

export type TnefContent = { files: TnefFile[]; texts: TnefTexts; whole: boolean };

/** Ids of attributes ([MS-OXTNEF] 2.1.3.2). */
const attribute = {
  beginAttachment: 0x9002,
  attachmentProperties: 0x9005,
  attachmentTitle: 0x8010,
  attachmentData: 0x800f,
  messageProperties: 0x9003,
  body: 0x800c,
  codePage: 0x9007,
} as const;

/** Ids of properties ([MS-OXPROPS]). */
const property = {
  body: 0x1000,
  compressedRtf: 0x1009,
  html: 0x1013,
  codePage: 0x3fde,
  attachData: 0x3701,
  attachFileName: 0x3704,
  attachLongFileName: 0x3707,
  attachMimeType: 0x370e,
  attachContentId: 0x3712,
  displayName: 0x3001,
} as const;

const [object, unicode] = [0x0d, 0x1f];
/** An embedded message follows the id of the interface that reads it. */
const interfaceIdBytes = 16;

type Attachment = { title?: Buffer; data?: Buffer; properties: MapiProperties };

/** Reads TNEF. @param mostRtfBytes limits the text that RTF may become */
export async function readTnef(
  bytes: Buffer,
  decode: DecodeCharset,
  mostRtfBytes: number,
): Promise<TnefContent> {
  const { attributes, whole } = readTnefStream(bytes);
  const attachments: Attachment[] = [];
  let message: MapiProperties = new Map();
  let body: Buffer | undefined;
  let codePage = "windows-1252";
  for (const { id, data } of attributes) {
    const latest = attachments.at(-1);
    if (id === attribute.beginAttachment) attachments.push({ properties: new Map() });
    else if (id === attribute.attachmentTitle && latest) latest.title = data;
    else if (id === attribute.attachmentData && latest) latest.data = data;
    else if (id === attribute.attachmentProperties && latest) latest.properties = readMapiProperties(data);
    else if (id === attribute.messageProperties) message = readMapiProperties(data);
    else if (id === attribute.body) body = data;
    else if (id === attribute.codePage && data.length >= 4) codePage = charsetOf(data.readUInt32LE());
  }
  const text = async (value: MapiProperties, id: number) => stringOf(value.get(id), codePage, decode);
  const files: TnefFile[] = [];
  for (const each of attachments) {
    const file = await fileOf(each, (id) => text(each.properties, id), codePage, decode);
    if (file !== undefined) files.push(file);
  }
  const plain =
    (await text(message, property.body)) ??
    (await stringOf(body && { type: 0x1e, data: body }, codePage, decode));
  return { files, texts: { text: plain, ...(await formatted(message, decode, mostRtfBytes)) }, whole };
}

async function fileOf(
  { title, data, properties }: Attachment,
  text: (id: number) => Promise<string | undefined>,
  codePage: string,
  decode: DecodeCharset,
): Promise<TnefFile | undefined> {
  const value = properties.get(property.attachData);
  const inner = value?.type === object ? value.data.subarray(interfaceIdBytes) : undefined;
  const embedded = inner !== undefined && isTnef(inner);
  const bytes = embedded ? inner : (data ?? value?.data);
  if (bytes === undefined) return undefined;
  const name =
    (await text(property.attachLongFileName)) ??
    (await stringOf(title && { type: 0x1e, data: title }, codePage, decode)) ??
    (await text(property.displayName)) ??
    (await text(property.attachFileName));
  return {
    name,
    contentType: await text(property.attachMimeType),
    contentId: await text(property.attachContentId),
    bytes,
    ...(embedded && { holds: "tnef" }),
  };
}

async function formatted(message: MapiProperties, decode: DecodeCharset, mostRtfBytes: number) {
  const html = message.get(property.html);
  const page = message.get(property.codePage);
  const charset = page && page.data.length >= 4 ? charsetOf(page.data.readUInt32LE()) : undefined;
  const rtf = message.get(property.compressedRtf);
  return {
    html: html && (html.type === unicode ? utf16(html.data) : await readText(html.data, charset, decode)),
    rtf: rtf && decompressRtf(rtf.data, mostRtfBytes),
  };
}

const charsetOf = (codePage: number): string =>
  ({
    65001: "utf-8",
    20127: "us-ascii",
    28591: "iso-8859-1",
    932: "shift_jis",
    936: "gbk",
    949: "cp949",
    950: "big5",
  })[codePage] ??
  (codePage >= 28592 && codePage <= 28606 ? `iso-8859-${codePage - 28590}` : `windows-${codePage}`);

/** The text of a string; undefined when it is empty. 8-bit strings are in the message's code page. */
async function stringOf(
  value: { type: number; data: Buffer } | undefined,
  codePage: string,
  decode: DecodeCharset,
): Promise<string | undefined> {
  if (value === undefined) return undefined;
  if (value.type === unicode) return utf16(value.data) || undefined;
  const end = value.data.indexOf(0);
  const bytes = end < 0 ? value.data : value.data.subarray(0, end);
  const text = codePage === "windows-1252" ? windows1252(bytes) : await readText(bytes, codePage, decode);
  return text || undefined;
}

function utf16(bytes: Buffer): string {
  const text = bytes.toString("utf16le");
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
