// Reads TNEF, the format of winmail.dat, as Microsoft describes it ([MS-OXTNEF], [MS-OXCDATA]): attributes one after another,
// some of which hold lists of properties. What cannot be read ends the list; what was read before stays.

/** An attribute of a message or, after the first attachment has begun, of the latest attachment. */
export type TnefAttribute = { id: number; data: Buffer };

/** A property of a message or an attachment, by its id without type. Named properties are left out. */
export type MapiProperties = ReadonlyMap<number, { type: number; data: Buffer }>;

/** The attributes, and whether all of them could be read. */
export type TnefStream = { attributes: TnefAttribute[]; whole: boolean };

const signature = 0x223e9f78;
const headBytes = 6;
/** Level, id and length before an attribute; a checksum after it, which many programs get wrong. */
const [attributeHead, attributeTail] = [9, 2];

/** Whether bytes begin as TNEF does. */
export const isTnef = (bytes: Buffer): boolean =>
  bytes.length >= headBytes && bytes.readUInt32LE(0) === signature;

/** Splits a TNEF stream. */
export function readTnefStream(bytes: Buffer): TnefStream {
  const attributes: TnefAttribute[] = [];
  let at = isTnef(bytes) ? headBytes : bytes.length + 1;
  while (at + attributeHead <= bytes.length) {
    // The upper half of the id is the type.
    const id = bytes.readUInt16LE(at + 1);
    const start = at + attributeHead;
    const end = start + bytes.readUInt32LE(at + 5);
    attributes.push({ id, data: bytes.subarray(start, end) });
    at = end + attributeTail;
  }
  return { attributes, whole: at === bytes.length };
}

/** Bytes of a value of each type of fixed length, padding included. */
const fixedBytes: Readonly<Record<number, number>> = {
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  11: 4,
  20: 8,
  64: 8,
  72: 16,
};
/** Strings, objects and binary values: each value has a length of its own. */
const variableTypes = new Set([0x0d, 0x1e, 0x1f, 0x102]);
const manyValues = 0x1000;
const firstNamedId = 0x8000;
/** Properties of a list, and values of a property, that are read. */
const mostProperties = 4096;

/** Reads a list of properties. Of a property with several values the first is kept. */
export function readMapiProperties(bytes: Buffer): MapiProperties {
  const found = new Map<number, { type: number; data: Buffer }>();
  const cursor = { at: 0 };
  const next = (length: number): Buffer => {
    if (length < 0 || cursor.at + length > bytes.length) throw new RangeError("the list ends early");
    cursor.at += length;
    return bytes.subarray(cursor.at - length, cursor.at);
  };
  try {
    const count = Math.min(mostProperties, next(4).readUInt32LE());
    for (let index = 0; index < count; index += 1) {
      const type = next(2).readUInt16LE();
      const id = next(2).readUInt16LE();
      if (id >= firstNamedId) skipName(next);
      const data = readValue(type, next);
      if (id < firstNamedId && !found.has(id)) found.set(id, { type, data });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

type Next = (length: number) => Buffer;

/** A named property has a set, and a number or a text as its name. */
function skipName(next: Next): void {
  next(16);
  const isText = next(4).readUInt32LE() === 1;
  const length = next(4).readUInt32LE();
  if (isText) next(padded(length));
}

function readValue(type: number, next: Next): Buffer {
  const base = type & ~manyValues;
  const variable = variableTypes.has(base);
  const fixed = fixedBytes[base];
  if (!variable && fixed === undefined) throw new RangeError("the type is unknown");
  const counted = variable || base !== type;
  const count = counted ? Math.min(mostProperties, next(4).readUInt32LE()) : 1;
  let first: Buffer = Buffer.alloc(0);
  for (let index = 0; index < count; index += 1) {
    const length = variable ? next(4).readUInt32LE() : (fixed ?? 0);
    const value = next(padded(length)).subarray(0, length);
    if (index === 0) first = value;
  }
  return first;
}

const padded = (length: number) => Math.ceil(length / 4) * 4;
