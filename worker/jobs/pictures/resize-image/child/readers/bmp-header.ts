// The headers of Windows bitmaps: what they say about the pixels, and where these are.
import { refusals } from "../../refusals.ts";
import { PictureRefused } from "../picture-refused.ts";

/** What the headers say. `top`: the first row is the top one. */
export type BmpHeader = {
  width: number;
  height: number;
  top: boolean;
  depth: number;
  compression: number;
  /** Where pixels and palette begin, and how many bytes a palette's colour has. */
  pixelsAt: number;
  paletteAt: number;
  paletteBytes: 3 | 4;
  masks: readonly [red: number, green: number, blue: number, alpha: number];
};

/** Values of the field "compression". */
export const coding = { none: 0, runs8: 1, runs4: 2, fields: 3, fieldsWithAlpha: 6 };

const defaultMasks: Readonly<Record<number, BmpHeader["masks"]>> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  24: [0xff0000, 0xff00, 0xff, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

/** Reads the headers. @throws PictureRefused, or RangeError beyond the end of the file */
export function readHeader(bytes: Buffer): BmpHeader {
  const headerBytes = bytes.readUInt32LE(14);
  const old = headerBytes === 12;
  const width = old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const depth = bytes.readUInt16LE(old ? 24 : 28);
  const compression = old ? coding.none : bytes.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1 || ![1, 2, 4, 8, 16, 24, 32].includes(depth))
    throw new PictureRefused(refusals.corrupt());
  checkCoding(depth, compression);
  const fields = compression === coding.fields || compression === coding.fieldsWithAlpha;
  // Behind the smallest header with 40 bytes the masks stand alone.
  const maskBytes = headerBytes === 40 && fields ? (compression === coding.fields ? 12 : 16) : 0;
  return {
    width,
    height,
    top: signedHeight < 0,
    depth,
    compression,
    pixelsAt: bytes.readUInt32LE(10),
    paletteAt: 14 + headerBytes + maskBytes,
    paletteBytes: old ? 3 : 4,
    masks: fields ? readMasks(bytes, headerBytes, compression) : (defaultMasks[depth] ?? [0, 0, 0, 0]),
  };
}

function checkCoding(depth: number, compression: number): void {
  const depths: Readonly<Record<number, readonly number[]>> = {
    [coding.none]: [1, 2, 4, 8, 16, 24, 32],
    [coding.runs8]: [8],
    [coding.runs4]: [4],
    [coding.fields]: [16, 32],
    [coding.fieldsWithAlpha]: [16, 32],
  };
  if (!depths[compression]?.includes(depth)) throw new PictureRefused(refusals.unsupportedCoding());
}

function readMasks(bytes: Buffer, headerBytes: number, compression: number): BmpHeader["masks"] {
  const alpha = headerBytes >= 56 || compression === coding.fieldsWithAlpha;
  return [
    bytes.readUInt32LE(54),
    bytes.readUInt32LE(58),
    bytes.readUInt32LE(62),
    alpha ? bytes.readUInt32LE(66) : 0,
  ];
}

/** Rows are padded to four bytes. */
export const rowBytesOf = ({ width, depth }: BmpHeader): number => Math.ceil((width * depth) / 32) * 4;

/** The row of the picture that the file's row is. */
export const rowOf = ({ height, top }: BmpHeader, row: number): number => (top ? row : height - 1 - row);
