// The sandbox task `decode-image`: bytes nobody vouches for in, upright sRGB pictures without metadata out. Runs in a
// decode child only.
import { open, rm, stat } from "node:fs/promises";
import type { Metadata, Sharp } from "sharp";
import type { Refusal } from "../../../shared/decode-untrusted.ts";
import { sharp } from "../../child/confined-sharp.ts";
import {
  magicBytes,
  type ResultFormat,
  recognise,
  resultFormat,
  type SourceFormat,
} from "../picture-format.ts";
import { refusals } from "../refusals.ts";
import type { DecodeAnswer, DecodedPicture, DecodeInput } from "./contract.ts";
import { bestFit, type Size } from "./fit.ts";

/** libvips tells everything in one text; these are the machine's trouble, not the picture's. */
const machineTrouble = /no space left|cannot allocate|out of memory|unable to allocate|too many open files/i;

/** Loaders say so of sizes that stand in the file and were never asked of the machine. */
const ofTheFile = /tiff2vips: out of memory reading of "[^"]*"|gifload: out of memory/gi;

/** No run is granted more (decode-upload.ts), so one that asks for it at once is the picture's doing. */
const grantedMegabytes = 512;
const asked = /vips_tracked: out of memory -- size == (\d+)MB/i;

function isMachineTrouble(message: string): boolean {
  if (Number(asked.exec(message)?.[1] ?? 0) >= grantedMegabytes) return false;
  return machineTrouble.test(message.replaceAll(ofTheFile, ""));
}

/** sharp throws plain errors without a code for what a decoder says; anything else is not about the picture. */
const isAboutPicture = (error: unknown) =>
  error instanceof Error &&
  error.constructor === Error &&
  !("code" in error) &&
  !isMachineTrouble(error.message);

type Source = { file: string; format: SourceFormat; frames: number; metadata: Metadata; pixels: number };
type Checked = { outcome: "refused" } & Refusal;

/** @throws when the machine, not the picture, is at fault */
export async function runTask(given: unknown): Promise<DecodeAnswer> {
  // The worker is trusted by its children.
  const input = given as DecodeInput;
  const format = recognise(await firstBytes(input.file));
  if (!format) return refuse(refusals.unsupportedFormat());
  try {
    const source = await inspect(input, format);
    if ("outcome" in source) return source;
    const pictures: DecodedPicture[] = [];
    for (const output of input.outputs) pictures.push(await produce(source, output));
    return { outcome: "decoded", pictures };
  } catch (error) {
    if (!isAboutPicture(error)) throw error;
    // Nothing comes out of a refused picture, not even what was written before the damage showed.
    for (const { file } of input.outputs) await rm(file, { force: true });
    return refuse(refusals.corrupt());
  }
}

const refuse = (refusal: Refusal): Checked => ({ outcome: "refused", ...refusal });

async function firstBytes(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(magicBytes), 0, magicBytes, 0);
  return buffer.subarray(0, bytesRead);
}

/** Reads the header only, so that a picture's size is known before a pixel of it is. */
async function inspect({ file, limits }: DecodeInput, format: SourceFormat): Promise<Source | Checked> {
  const metadata = await sharp(file, { limitInputPixels: false, failOn: "error" }).metadata();
  const { width, height, pages = 1 } = metadata;
  const moving = (format === "gif" || format === "webp") && pages > 1;
  const frames = moving ? pages : 1;
  if (frames > limits.frames) return refuse(refusals.tooManyFrames(frames, limits.frames));
  if (width * height * frames > limits.pixels) {
    return refuse(refusals.tooManyPixels(width, height, frames, limits.pixels));
  }
  return { file, format, frames, metadata, pixels: limits.pixels };
}

async function produce(source: Source, output: DecodeInput["outputs"][number]): Promise<DecodedPicture> {
  const { format, frames, metadata } = source;
  const alpha = metadata.hasAlpha ?? false;
  const wanted = resultFormat(format, { frames, alpha });
  const size = bestFit(uprightSize(source), output);
  await encode(pipeline(source, size), wanted).toFile(output.file);
  if (format === "tiff" && alpha && (await isInvisible(output.file)))
    throw new Error("no tile could be read");
  return await verified(output.file, wanted, size, frames);
}

/**
 * libvips gives transparent tiles, and no error, for a tiled TIFF in a compression it was built without (old-style
 * JPEG for one). Nobody uploads a picture of nothing.
 */
async function isInvisible(file: string): Promise<boolean> {
  const { channels } = await sharp(file).stats();
  return channels.at(-1)?.max === 0;
}

/** Size as a person sees it. Moving pictures are never turned: no browser does, and frames cannot be. */
function uprightSize({ metadata, frames }: Source): Size {
  const { width, height, autoOrient } = metadata;
  return frames > 1 ? { width, height } : { width: autoOrient.width, height: autoOrient.height };
}

function pipeline(source: Source, size: Size): Sharp {
  const { file, frames, metadata, pixels } = source;
  // `error` refuses truncated and broken pictures but not the harmless warnings many cameras earn.
  const opened = sharp(file, { pages: frames, limitInputPixels: pixels, failOn: "error" });
  const upright = frames > 1 ? opened : opened.autoOrient();
  const before = uprightSize(source);
  const fits = before.width === size.width && before.height === size.height;
  const enlarging = size.width > before.width || size.height > before.height;
  const resized = fits
    ? upright
    : upright.resize({ ...size, fit: "fill", kernel: enlarging ? "cubic" : "lanczos3" });
  // sharp takes 16-bit pictures with a profile through P3 and leaves them there unless told where to go.
  const wide = metadata.depth === "ushort" && metadata.hasProfile && metadata.space === "rgb16";
  return wide ? resized.withIccProfile("srgb", { attach: false }) : resized;
}

function encode(picture: Sharp, format: ResultFormat): Sharp {
  switch (format) {
    case "jpeg":
      return picture.jpeg({ quality: 82 });
    case "png":
      return picture.png();
    case "webp":
      return picture.webp({ quality: 82, effort: 2 });
    case "avif":
      return picture.avif({ effort: 2 });
  }
}

/** Opens what was written again: a derivative counts only if it reads back as what it should be. */
async function verified(
  file: string,
  format: ResultFormat,
  size: Size,
  frames: number,
): Promise<DecodedPicture> {
  const found = await sharp(file, { pages: -1 }).metadata();
  const { size: bytes } = await stat(file);
  const height = found.pageHeight ?? found.height;
  // The encoder may show a frame that repeats the one before for longer instead.
  const pages = found.pages ?? 1;
  const right =
    found.format === (format === "avif" ? "heif" : format) &&
    found.width === size.width &&
    height === size.height &&
    pages <= frames;
  const bare = !found.exif && !found.xmp && !found.iptc && !found.icc && !found.orientation;
  if (!right || !bare) throw new TypeError("the picture written is not the picture meant");
  return { format, ...size, frames: pages, bytes };
}
