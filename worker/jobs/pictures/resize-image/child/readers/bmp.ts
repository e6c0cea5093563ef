// Windows bitmaps (BMP): all depths, palettes, bit fields and run lengths. Kept small; none of the packages at hand read all of
// them right.
import { readFile } from "node:fs/promises";
import { refusals } from "../../refusals.ts";
import { PictureRefused } from "../picture-refused.ts";
import type { Pixels } from "../pixels.ts";
import { type BmpHeader, readHeader, rowBytesOf, rowOf } from "./bmp-header.ts";
import { palettePixels } from "./bmp-palette.ts";

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
