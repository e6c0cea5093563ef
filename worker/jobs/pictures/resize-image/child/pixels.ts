// Pixels that our own readers have decoded: made smaller as far as nobody can see it, and written as a file that sharp reads.
import { writeFile } from "node:fs/promises";
import type { Size } from "./fit.ts";

/** Rows of pixels, 8 bits for each channel: RGB, or RGB and alpha that the colours are not multiplied with. */
export type Pixels = Size & {
  channels: 3 | 4;
  data: Uint8Array;
  /** Bytes from one row to the next. */
  stride: number;
  /** The colours' ICC profile; sRGB without one. */
  profile?: Buffer;
};

/**
 * The mean of each square of pixels, so that the picture stays at least twice as large as `enough` in both directions. What
 * comes after resamples it properly; what it saves is the memory of all those pixels.
 */
export function shrink(pixels: Pixels, enough: Size): Pixels {
  const { width, height, channels, data, stride, profile } = pixels;
  const factor = Math.floor(Math.max(width / enough.width, height / enough.height) / 2);
  const [columns, rows] = [Math.floor(width / factor), Math.floor(height / factor)];
  if (factor < 2 || columns < 1 || rows < 1) return pixels;
  const out = new Uint8Array(columns * rows * channels);
  const sums = new Float64Array(columns * channels);
  for (let row = 0; row < rows; row += 1) {
    sums.fill(0);
    for (let line = 0; line < factor; line += 1)
      addLine(sums, data, (row * factor + line) * stride, { columns, channels, factor });
    writeMeans(out, row * columns * channels, sums, channels, factor * factor);
  }
  return {
    width: columns,
    height: rows,
    channels,
    data: out,
    stride: columns * channels,
    ...(profile && { profile }),
  };
}

type Layout = { columns: number; channels: number; factor: number };

function addLine(sums: Float64Array, data: Uint8Array, start: number, { columns, channels, factor }: Layout) {
  let at = start;
  for (let column = 0; column < columns; column += 1) {
    const sum = column * channels;
    for (let pixel = 0; pixel < factor; pixel += 1, at += channels) {
      // An invisible pixel's colour must not shine through.
      const weight = channels === 4 ? (data[at + 3] ?? 0) : 1;
      for (let channel = 0; channel < 3; channel += 1)
        sums[sum + channel] = (sums[sum + channel] ?? 0) + (data[at + channel] ?? 0) * weight;
      if (channels === 4) sums[sum + 3] = (sums[sum + 3] ?? 0) + weight;
    }
  }
}

function writeMeans(out: Uint8Array, start: number, sums: Float64Array, channels: number, count: number) {
  for (let at = 0; at < sums.length; at += channels) {
    const weight = channels === 4 ? (sums[at + 3] ?? 0) : count;
    for (let channel = 0; channel < 3; channel += 1)
      out[start + at + channel] = weight === 0 ? 0 : Math.round((sums[at + channel] ?? 0) / weight);
    if (channels === 4) out[start + at + 3] = Math.round(weight / count);
  }
}

/** TIFF 6.0: tags and types of the entries we write. */
const [short, long, undefinedType] = [3, 4, 7];

/** Writes the pixels as an uncompressed TIFF. */
export async function writePixels(file: string, pixels: Pixels): Promise<void> {
  const { width, height, channels, data, stride, profile } = pixels;
  const rowBytes = width * channels;
  const body = Buffer.alloc(rowBytes * height);
  for (let row = 0; row < height; row += 1)
    body.set(data.subarray(row * stride, row * stride + rowBytes), row * rowBytes);
  // The header, then the pixels, the depths of the channels and the profile; the directory last.
  const depthsAt = 8 + body.length + (body.length % 2);
  const profileAt = depthsAt + 8;
  const directoryAt = profileAt + Math.ceil((profile?.length ?? 0) / 2) * 2;
  const entries = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, channels, depthsAt],
    [259, short, 1, 1],
    [262, short, 1, 2],
    [273, long, 1, 8],
    [277, short, 1, channels],
    [278, long, 1, height],
    [279, long, 1, body.length],
    ...(channels === 4 ? [[338, short, 1, 2]] : []),
    ...(profile ? [[34675, undefinedType, profile.length, profileAt]] : []),
  ] as const satisfies readonly (readonly number[])[];
  const out = Buffer.alloc(directoryAt + 2 + entries.length * 12 + 4);
  out.write("II*\0", "latin1");
  out.writeUInt32LE(directoryAt, 4);
  body.copy(out, 8);
  for (let channel = 0; channel < 4; channel += 1) out.writeUInt16LE(8, depthsAt + channel * 2);
  profile?.copy(out, profileAt);
  out.writeUInt16LE(entries.length, directoryAt);
  entries.forEach(([tag = 0, type = 0, count = 0, value = 0], index) => {
    const at = directoryAt + 2 + index * 12;
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeUInt32LE(count, at + 4);
    out.writeUInt32LE(value, at + 8);
  });
  await writeFile(file, out);
}
