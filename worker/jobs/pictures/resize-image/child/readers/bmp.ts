// Windows bitmaps (BMP): all depths, palettes, bit fields and run lengths. Kept small; none of the packages at hand read all of
// them right.
import { readFile } from "node:fs/promises";
import { refusals } from "../../refusals.ts";
import { PictureRefused } from "../picture-refused.ts";
import type { Pixels } from "../pixels.ts";
import { palettePixels } from "./bmp-palette.ts";

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

/** Decodes the picture. @throws PictureRefused */
export async function decodeBmp(file: string, mostPixels: number): Promise<Pixels> {
  const bytes = await readFile(file);
  try {
    const header = readHeader(bytes);
    const { width, height } = header;
    if (width * height > mostPixels)
      throw new PictureRefused(refusals.tooManyPixels(width, height, 1, mostPixels));
    return header.depth <= 8 ? palettePixels(bytes, header) : directPixels(bytes, header);
  } catch (error) {
    // Reading beyond the end.
    if (error instanceof RangeError) throw new PictureRefused(refusals.corrupt());
    throw error;
  }
}

const defaultMasks: Readonly<Record<number, BmpHeader["masks"]>> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  24: [0xff0000, 0xff00, 0xff, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

function readHeader(bytes: Buffer): BmpHeader {
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

/** Takes a channel out of a pixel and stretches it to 0 to 255. */
function channelReader(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 255;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most);
}

function directPixels(bytes: Buffer, header: BmpHeader): Pixels {
  const { width, height, depth, pixelsAt, masks } = header;
  const channels = masks[3] === 0 ? 3 : 4;
  const readers = masks.slice(0, channels).map(channelReader);
  const data = new Uint8Array(width * height * channels);
  const pixelBytes = depth / 8;
  for (let row = 0; row < height; row += 1) {
    let to = rowOf(header, row) * width * channels;
    let at = pixelsAt + row * rowBytesOf(header);
    for (let column = 0; column < width; column += 1, at += pixelBytes) {
      const pixel = bytes.readUIntLE(at, pixelBytes);
      for (const read of readers) data[to++] = read(pixel);
    }
  }
  return { width, height, channels, data, stride: width * channels };
}
