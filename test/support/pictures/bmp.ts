// Writes Windows bitmaps (BMP): the header of 40 bytes, palette or masks, rows as given.
import { cornersPixels } from "./pictures.ts";

type Bitmap = {
  width: number;
  /** Negative: the first row is the top one. */
  height: number;
  depth: number;
  compression?: number;
  /** Masks or a palette of blue, green, red and nothing, behind the header. */
  behind?: Buffer;
  rows: Buffer;
};

/** The file. */
export function bitmap({
  width,
  height,
  depth,
  compression = 0,
  behind = Buffer.alloc(0),
  rows,
}: Bitmap): Buffer {
  const head = Buffer.alloc(54);
  head.write("BM", "latin1");
  head.writeUInt32LE(54 + behind.length + rows.length, 2);
  head.writeUInt32LE(54 + behind.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(depth, 28);
  head.writeUInt32LE(compression, 30);
  return Buffer.concat([head, behind, rows]);
}

/** Numbers of 32 bits, as masks are written. */
export function masks(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, index * 4);
  return bytes;
}

/** The four coloured corners with three bytes for each pixel, bottom row first. */
export function cornersBitmap(width: number, height: number): Buffer {
  const pixels = cornersPixels(width, height);
  const stride = Math.ceil((width * 3) / 4) * 4;
  const rows = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1)
      for (let channel = 0; channel < 3; channel += 1)
        rows[row * stride + column * 3 + channel] =
          pixels[((height - 1 - row) * width + column) * 3 + 2 - channel] ?? 0;
  return bitmap({ width, height, depth: 24, rows });
}
