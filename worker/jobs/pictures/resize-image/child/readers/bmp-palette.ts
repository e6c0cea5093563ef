// Windows bitmaps whose pixels are numbers of colours: plain or as run lengths.
import { refusals } from "../../refusals.ts";
import { PictureRefused } from "../picture-refused.ts";
import type { Pixels } from "../pixels.ts";
import { type BmpHeader, coding, rowBytesOf, rowOf } from "./bmp-header.ts";

/** Decodes the pixels. A number without a colour is black. @throws RangeError beyond the end of the file */
export function palettePixels(bytes: Buffer, header: BmpHeader): Pixels {
  const { width, height, depth, compression, paletteAt, paletteBytes, pixelsAt } = header;
  const numbers = compression === coding.none ? unpackRows(bytes, header) : unpackRuns(bytes, header);
  const colours = Math.min(
    2 ** depth,
    Math.floor((Math.max(pixelsAt, paletteAt) - paletteAt) / paletteBytes),
  );
  if (colours === 0) throw new PictureRefused(refusals.corrupt());
  const data = new Uint8Array(width * height * 3);
  for (const [at, number] of numbers.entries()) {
    if (number >= colours) continue;
    const colour = paletteAt + number * paletteBytes;
    data[at * 3] = bytes.readUInt8(colour + 2);
    data[at * 3 + 1] = bytes.readUInt8(colour + 1);
    data[at * 3 + 2] = bytes.readUInt8(colour);
  }
  return { width, height, channels: 3, data, stride: width * 3 };
}

function unpackRows(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, depth, pixelsAt } = header;
  const numbers = new Uint8Array(width * height);
  const perByte = 8 / depth;
  for (let row = 0; row < height; row += 1) {
    const from = pixelsAt + row * rowBytesOf(header);
    const to = rowOf(header, row) * width;
    for (let column = 0; column < width; column += 1) {
      const shift = 8 - depth * ((column % perByte) + 1);
      numbers[to + column] =
        (bytes.readUInt8(from + Math.floor(column / perByte)) >> shift) & (2 ** depth - 1);
    }
  }
  return numbers;
}

/** Run lengths of 8 or 4 bits (Windows GDI, "Bitmap compression"): pairs of count and colour, literal runs, and moves. */
function unpackRuns(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, depth, pixelsAt } = header;
  const numbers = new Uint8Array(width * height);
  let [column, row, at] = [0, 0, pixelsAt];
  const put = (number: number) => {
    if (column < width && row < height) numbers[rowOf(header, row) * width + column] = number;
    column += 1;
  };
  const nibble = (byte: number, index: number) =>
    depth === 8 ? byte : index % 2 === 0 ? byte >> 4 : byte & 15;
  while (row < height) {
    const [count, value] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    at += 2;
    if (count > 0) for (let index = 0; index < count; index += 1) put(nibble(value, index));
    else if (value === 0) [column, row] = [0, row + 1];
    else if (value === 1) break;
    else if (value === 2) {
      [column, row] = [column + bytes.readUInt8(at), row + bytes.readUInt8(at + 1)];
      at += 2;
    } else {
      const perByte = 8 / depth;
      for (let index = 0; index < value; index += 1)
        put(nibble(bytes.readUInt8(at + Math.floor(index / perByte)), index));
      // Literal runs are padded to two bytes.
      at += Math.ceil(value / perByte / 2) * 2;
    }
  }
  return numbers;
}
