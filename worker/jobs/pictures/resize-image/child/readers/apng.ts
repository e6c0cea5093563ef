// Moving PNGs (APNG), which libvips reads as their first frame: each frame is decoded as a PNG of its own, laid over those
// before it, and all become one moving WebP that sharp reads (PNG specification, third edition, 11.3.3.4 and 13).
import { readFile, rm, writeFile } from "node:fs/promises";
import { firstBytes } from "../../../../shared/first-bytes.ts";
import { sharp } from "../../../child/confined-sharp.ts";
import { refusals } from "../../refusals.ts";
import type { PictureLimits } from "../contract.ts";
import { PictureRefused } from "../picture-refused.ts";
import { chunksOf, framePng, movesBy, type PngChunk } from "./png-chunks.ts";

/** One frame: where it lies, how long it shows, and what happens before and after it. */
type Frame = {
  width: number;
  height: number;
  left: number;
  top: number;
  delayMs: number;
  /** Afterwards its place stays, is cleared, or becomes what it was. */
  dispose: number;
  /** It is laid over what is there; otherwise it replaces it. */
  over: boolean;
  data: Buffer[];
};

export type Animation = {
  width: number;
  height: number;
  /** 0: for ever. */
  loop: number;
  header: Buffer;
  /** Chunks that every frame needs: palette, transparency, colours. */
  shared: readonly PngChunk[];
  frames: readonly Frame[];
};

const shared: ReadonlySet<string> = new Set(["PLTE", "tRNS", "gAMA", "cHRM", "iCCP", "sRGB", "sBIT"]);

/** Room for what most files have before their data: a colour profile, a line of text. */
const startBytes = 8192;

/** Reads the frames of a moving PNG; undefined for one that does not move. @throws PictureRefused */
export async function readAnimation(
  file: string,
  limits: Pick<PictureLimits, "pixels" | "frames">,
): Promise<Animation | undefined> {
  // A still one is neither read as a whole nor are its checksums looked at: libvips does both.
  if (movesBy(firstBytes(file, startBytes)) === false) return undefined;
  const chunks = chunksOf(await readFile(file));
  const start = chunks.findIndex(({ type }) => type === "IDAT");
  const control = chunks.slice(0, Math.max(0, start)).find(({ type }) => type === "acTL");
  const header = chunks.at(0);
  if (control === undefined || header?.type !== "IHDR" || header.data.length !== 13) return undefined;
  if (control.data.length !== 8) throw new PictureRefused(refusals.corrupt());
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  const count = control.data.readUInt32BE(0);
  if (count < 2) return undefined;
  if (count > limits.frames) throw new PictureRefused(refusals.tooManyFrames(count, limits.frames));
  if (width * height * count > limits.pixels)
    throw new PictureRefused(refusals.tooManyPixels(width, height, count, limits.pixels));
  const frames = readFrames(chunks);
  const fits = frames.every(
    (frame) =>
      frame.width > 0 &&
      frame.height > 0 &&
      frame.left + frame.width <= width &&
      frame.top + frame.height <= height &&
      frame.data.length > 0,
  );
  const whole = chunks.at(-1)?.type === "IEND" && chunks.every(({ intact }) => intact);
  if (!fits || !whole || frames.length !== count) throw new PictureRefused(refusals.corrupt());
  return {
    width,
    height,
    loop: control.data.readUInt32BE(4),
    header: header.data,
    shared: chunks.slice(0, start).filter(({ type }) => shared.has(type)),
    frames,
  };
}

function readFrames(chunks: readonly PngChunk[]): Frame[] {
  const frames: Frame[] = [];
  for (const { type, data } of chunks) {
    if (type === "fcTL") frames.push(readControl(data));
    // Without a frame before it, IDAT is the picture for programs that know no animation.
    else if (type === "IDAT") frames.at(-1)?.data.push(data);
    else if (type === "fdAT") frames.at(-1)?.data.push(data.subarray(4));
  }
  return frames;
}

function readControl(data: Buffer): Frame {
  if (data.length !== 26) throw new PictureRefused(refusals.corrupt());
  const [delay, parts] = [data.readUInt16BE(20), data.readUInt16BE(22) || 100];
  return {
    width: data.readUInt32BE(4),
    height: data.readUInt32BE(8),
    left: data.readUInt32BE(12),
    top: data.readUInt32BE(16),
    delayMs: Math.round((delay / parts) * 1000),
    dispose: data.readUInt8(24),
    over: data.readUInt8(25) === 1,
    data: [],
  };
}

/** Kept of each frame at most, in pixels of width and height: more than any result has, little enough to hold all frames. */
const keptSide = 400;

/** Writes all frames as they are seen to `file`, as a moving WebP without loss. */
export async function animate(animation: Animation, file: string): Promise<void> {
  const { width, height, frames, loop } = animation;
  const scale = Math.min(1, keptSide / Math.max(width, height));
  const kept = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const frameBytes = kept.width * kept.height * 4;
  const seen = Buffer.alloc(frameBytes * frames.length);
  const canvas = Buffer.alloc(width * height * 4);
  for (const [index, frame] of frames.entries()) {
    const pixels = await decodeFrame(animation, frame, `${file}-frame`);
    const before = Buffer.from(frame.dispose === 2 ? canvas : []);
    draw(canvas, width, frame, pixels);
    const raw = { width, height, channels: 4 as const };
    const small =
      scale === 1
        ? canvas
        : await sharp(canvas, { raw })
            .resize({ ...kept, fit: "fill" })
            .raw()
            .toBuffer();
    small.copy(seen, index * frameBytes);
    // The first frame has nothing before it, so it is cleared.
    if (frame.dispose === 2 && index > 0) before.copy(canvas);
    else if (frame.dispose > 0) clear(canvas, width, frame);
  }
  const raw = {
    width: kept.width,
    height: kept.height * frames.length,
    channels: 4 as const,
    pageHeight: kept.height,
  };
  const delay = frames.map(({ delayMs }) => delayMs);
  await sharp(seen, { raw }).webp({ lossless: true, effort: 0, delay, loop }).toFile(file);
}

async function decodeFrame(
  { header, shared: common }: Animation,
  frame: Frame,
  file: string,
): Promise<Buffer> {
  await writeFile(file, framePng(header, frame, common));
  try {
    const picture = sharp(file, { failOn: "error" }).toColourspace("srgb").ensureAlpha();
    return await picture.raw({ depth: "uchar" }).toBuffer();
  } finally {
    await rm(file, { force: true });
  }
}

function draw(canvas: Buffer, width: number, frame: Frame, pixels: Buffer): void {
  for (let row = 0; row < frame.height; row += 1) {
    const to = ((frame.top + row) * width + frame.left) * 4;
    const from = row * frame.width * 4;
    if (frame.over) layOver(canvas, to, pixels.subarray(from, from + frame.width * 4));
    else pixels.copy(canvas, to, from, from + frame.width * 4);
  }
}

/** Porter and Duff's "over" on colours that are not multiplied with their alpha. */
function layOver(canvas: Buffer, start: number, pixels: Buffer): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const [front, back] = [(pixels[at + 3] ?? 0) / 255, (canvas[start + at + 3] ?? 0) / 255];
    const alpha = front + back * (1 - front);
    if (alpha === 0) continue;
    for (let channel = 0; channel < 3; channel += 1) {
      const mixed =
        (pixels[at + channel] ?? 0) * front + (canvas[start + at + channel] ?? 0) * back * (1 - front);
      canvas[start + at + channel] = Math.round(mixed / alpha);
    }
    canvas[start + at + 3] = Math.round(alpha * 255);
  }
}

function clear(canvas: Buffer, width: number, { left, top, width: columns, height }: Frame): void {
  for (let row = top; row < top + height; row += 1)
    canvas.fill(0, (row * width + left) * 4, (row * width + left + columns) * 4);
}
