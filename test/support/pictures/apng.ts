// Writes moving PNGs (APNG): still pictures become frames.
import sharp from "sharp";
import { chunksOf } from "../../../worker/jobs/pictures/resize-image/child/readers/png-chunks.ts";
import type { Colour } from "./pictures.ts";
import { pngChunk } from "./png.ts";

/** A flat frame, where it lies, and what happens before and after it (PNG specification, 11.3.3.4.2). */
export type FlatFrame = {
  colour: Colour;
  /** 0 to 255. */
  alpha?: number;
  width?: number;
  height?: number;
  left?: number;
  top?: number;
  delayMs?: number;
  dispose?: 0 | 1 | 2;
  blend?: 0 | 1;
};

const number = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};

async function dataOf({ colour: [r, g, b], alpha = 255 }: FlatFrame, width: number, height: number) {
  const background = { r, g, b, alpha: alpha / 255 };
  const png = await sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();
  const chunks = chunksOf(png);
  const header = chunks[0]?.data ?? Buffer.alloc(0);
  return {
    header,
    data: Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)),
  };
}

/** The file. `still`: the picture for programs that know no animation is no frame of it. */
export async function movingPng(
  frames: readonly FlatFrame[],
  {
    width = 40,
    height = 30,
    loop = 0,
    count = frames.length,
    still,
  }: { width?: number; height?: number; loop?: number; count?: number; still?: Colour } = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let numbered = 0;
  if (still) chunks.push(pngChunk("IDAT", (await dataOf({ colour: still }, width, height)).data));
  for (const frame of frames) {
    const [columns, rows] = [frame.width ?? width, frame.height ?? height];
    const place = number(numbered++, columns, rows, frame.left ?? 0, frame.top ?? 0);
    const delay = Buffer.from([
      (frame.delayMs ?? 100) >> 8,
      (frame.delayMs ?? 100) & 255,
      1000 >> 8,
      1000 & 255,
    ]);
    chunks.push(
      pngChunk("fcTL", Buffer.concat([place, delay, Buffer.from([frame.dispose ?? 0, frame.blend ?? 0])])),
    );
    const { data } = await dataOf(frame, columns, rows);
    chunks.push(
      chunks.length === 1
        ? pngChunk("IDAT", data)
        : pngChunk("fdAT", Buffer.concat([number(numbered++), data])),
    );
  }
  const { header } = await dataOf({ colour: [0, 0, 0] }, width, height);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", header),
    pngChunk("acTL", number(count, loop)),
    ...chunks,
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}
