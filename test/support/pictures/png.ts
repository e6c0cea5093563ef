// Writes PNG files chunk by chunk, including files that no encoder would write.
import { crc32, deflateSync } from "node:zlib";

export type PngHeader = {
  width: number;
  height: number;
  bitDepth: 1 | 8 | 16;
  /** 0 grey, 2 RGB, 6 RGBA (PNG specification, 11.2.2). */
  colourType: 0 | 2 | 6;
  interlaced?: boolean;
};

/** One chunk: length, type, data, CRC. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Start column and row, column and row step of Adam7's seven passes. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of all scan lines before compression, filter bytes included. */
function rawBytes({ width, height, bitDepth, colourType, interlaced }: PngHeader): number {
  const channels = { 0: 1, 2: 3, 6: 4 }[colourType];
  const pass = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * channels * bitDepth) / 8));
  if (!interlaced) return pass(width, height);
  return adam7
    .map(([x, y, dx, dy]) => pass(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A black PNG of any size: nothing but zeros, which compress a thousandfold. */
export function blackPng(header: PngHeader): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(header.width, 0);
  head.writeUInt32BE(header.height, 4);
  head.set([header.bitDepth, header.colourType, 0, 0, header.interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", head),
    pngChunk("IDAT", deflateSync(Buffer.alloc(rawBytes(header)), { level: 9 })),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}
