// Containers that hold files and messages, written byte by byte: TNEF as Outlook writes it, and CMS as S/MIME uses it.
import { deflateSync } from "node:zlib";

const u16 = (value: number) => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

/** One property of a list: its type, id and value. A named one has a name in front of its value. */
export type Property = { type: number; id: number; data: Buffer; named?: string };

/** The types of strings and binary values. */
export const [string8, unicode, binary, object] = [0x1e, 0x1f, 0x102, 0x0d];

/** A UTF-16 string. */
export const wide = (text: string): Buffer => Buffer.from(`${text}\0`, "utf16le");

/** A list of properties ([MS-OXTNEF] 2.1.3.4). */
export function properties(all: readonly Property[]): Buffer {
  return Buffer.concat([
    u32(all.length),
    ...all.flatMap(({ type, id, data, named }) => {
      const name =
        named === undefined
          ? []
          : [Buffer.alloc(16, 7), u32(1), u32(wide(named).length), padded(wide(named))];
      const variable = [string8, unicode, binary, object].includes(type);
      return [u16(type), u16(id), ...name, ...(variable ? [u32(1), u32(data.length), padded(data)] : [data])];
    }),
  ]);
}

const attribute = (level: number, id: number, data: Buffer) =>
  Buffer.concat([
    Buffer.from([level]),
    u32(id),
    u32(data.length),
    data,
    u16(data.reduce((sum, byte) => (sum + byte) & 0xffff, 0)),
  ]);

/** A file of TNEF: its short title in the code page, its bytes, and properties such as its long name. */
export type AttachedFile = { title: Buffer; bytes?: Buffer; more?: readonly Property[] };

/** A winmail.dat. */
export function tnef(
  files: readonly AttachedFile[],
  { message = [], codePage = 1252 }: { message?: readonly Property[]; codePage?: number } = {},
): Buffer {
  return Buffer.concat([
    u32(0x223e9f78),
    u16(1),
    attribute(1, 0x089006, u32(0x00010000)),
    attribute(1, 0x069007, Buffer.concat([u32(codePage), u32(0)])),
    ...(message.length > 0 ? [attribute(1, 0x069003, properties(message))] : []),
    ...files.flatMap(({ title, bytes, more }) => [
      attribute(2, 0x069002, Buffer.alloc(14, 1)),
      attribute(2, 0x018010, Buffer.concat([title, Buffer.from([0])])),
      ...(bytes === undefined ? [] : [attribute(2, 0x06800f, bytes)]),
      ...(more === undefined ? [] : [attribute(2, 0x069005, properties(more))]),
    ]),
  ]);
}

/** A message that Outlook embeds as an attachment: TNEF again, behind the id of an interface. */
export const embedded = (inner: Buffer): Property => ({
  type: object,
  id: 0x3701,
  data: Buffer.concat([Buffer.alloc(16, 2), inner]),
});

/** RTF in the compressed form, all of it literal ([MS-OXRTFCP]). */
export function compressedRtf(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, "latin1");
  const groups = Array.from({ length: Math.ceil(bytes.length / 8) }, (_, at) =>
    Buffer.concat([Buffer.from([0]), bytes.subarray(at * 8, at * 8 + 8)]),
  );
  const body = Buffer.concat(groups);
  return Buffer.concat([u32(body.length + 12), u32(bytes.length), u32(0x75465a4c), u32(0), body]);
}

function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size: number[] = [];
  for (let left = body.length; left > 0; left = Math.floor(left / 256)) size.unshift(left % 256);
  const length = body.length < 0x80 ? [body.length] : [0x80 + size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** The same in the indefinite form, whose end is two zeros. */
const open = (tag: number, ...content: Buffer[]) =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.from([0, 0])]);

const [sequence, set, octets, tagged] = [0x30, 0x31, 0x04, 0xa0];
const version = der(0x02, Buffer.from([1]));
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const data = oid("2a864886f70d010701");

/** Signed content without certificates and signatures: nobody checks them here. */
export const signedData = (inner: Buffer): Buffer =>
  der(
    sequence,
    oid("2a864886f70d010702"),
    der(
      tagged,
      der(sequence, version, der(set), der(sequence, data, der(tagged, der(octets, inner))), der(set)),
    ),
  );

/** The same as programs write it that do not know its length in advance: in pieces. */
export function streamedSignedData(inner: Buffer): Buffer {
  const pieces = Array.from({ length: Math.ceil(inner.length / 100) }, (_, at) =>
    der(octets, inner.subarray(at * 100, at * 100 + 100)),
  );
  const content = open(sequence, data, open(tagged, open(0x24, ...pieces)));
  return open(
    sequence,
    oid("2a864886f70d010702"),
    open(tagged, open(sequence, version, der(set), content, der(set))),
  );
}

/** Compressed content (RFC 3274). */
export const compressedData = (inner: Buffer): Buffer =>
  der(
    sequence,
    oid("2a864886f70d0109100109"),
    der(
      tagged,
      der(
        sequence,
        version,
        der(sequence, oid("2a864886f70d0109100308")),
        der(sequence, data, der(tagged, der(octets, deflateSync(inner)))),
      ),
    ),
  );

/** Encrypted content, of which nothing can be read. */
export const envelopedData = (): Buffer =>
  der(sequence, oid("2a864886f70d010703"), der(tagged, der(sequence, version)));
