// The sandbox task `decode-image`: turns untrusted bytes into upright sRGB pictures without metadata.
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

/** libvips reports every error as text. These messages are about the machine, not the picture. */
const machineErrors = /no space left|cannot allocate|out of memory|unable to allocate|too many open files/i;

/** Loaders use these messages for sizes written in the file, without having asked the machine for memory. */
const fileErrors = /tiff2vips: out of memory reading of "[^"]*"|gifload: out of memory/gi;

/** The memory limit of a run (decode-upload.ts). A single request for more than that is the picture's fault. */
const runLimitMegabytes = 512;
const requestedMegabytes = /vips_tracked: out of memory -- size == (\d+)MB/i;

function isMachineError(message: string): boolean {
  if (Number(requestedMegabytes.exec(message)?.[1] ?? 0) >= runLimitMegabytes) return false;
  return machineErrors.test(message.replaceAll(fileErrors, ""));
}

/** sharp reports what a decoder says as a plain error without a code. Any other error is not about the picture. */
const isAboutPicture = (error: unknown) =>
  error instanceof Error &&
  error.constructor === Error &&
  !("code" in error) &&
  !isMachineError(error.message);

type Source = { file: string; format: SourceFormat; frames: number; metadata: Metadata; pixels: number };
type Checked = { outcome: "refused" } & Refusal;

/** Decodes a picture. @throws when the machine, not the picture, is at fault */
export async function runTask(given: unknown): Promise<DecodeAnswer> {
  // Children trust the worker, so the input is not checked.
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
    // A refused picture leaves no output, not even the files written before the damage was found.
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

/** Reads only the header, so that the size is known before any pixel is decoded. */
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
  return await verifyResult(output.file, wanted, size, frames);
}

/**
 * libvips returns transparent tiles without an error for a tiled TIFF whose compression it was built without, such as
 * old-style JPEG. A completely transparent picture is therefore treated as damaged.
 */
async function isInvisible(file: string): Promise<boolean> {
  const { channels } = await sharp(file).stats();
  return channels.at(-1)?.max === 0;
}

/** The size as a person sees it. Animations are never rotated: browsers do not rotate them, and sharp cannot. */
function uprightSize({ metadata, frames }: Source): Size {
  const { width, height, autoOrient } = metadata;
  return frames > 1 ? { width, height } : { width: autoOrient.width, height: autoOrient.height };
}

function pipeline(source: Source, size: Size): Sharp {
  const { file, frames, metadata, pixels } = source;
  // `error` refuses truncated and broken pictures, but accepts the harmless warnings of many cameras' files.
  const opened = sharp(file, { pages: frames, limitInputPixels: pixels, failOn: "error" });
  const upright = frames > 1 ? opened : opened.autoOrient();
  const before = uprightSize(source);
  const fits = before.width === size.width && before.height === size.height;
  const enlarging = size.width > before.width || size.height > before.height;
  const resized = fits
    ? upright
    : upright.resize({ ...size, fit: "fill", kernel: enlarging ? "cubic" : "lanczos3" });
  // sharp converts 16-bit pictures with a profile to P3 and leaves them there unless an output profile is set.
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

/** Opens the written file again. The result counts only if it reads back as expected. */
async function verifyResult(
  file: string,
  format: ResultFormat,
  size: Size,
  frames: number,
): Promise<DecodedPicture> {
  const found = await sharp(file, { pages: -1 }).metadata();
  const { size: bytes } = await stat(file);
  const height = found.pageHeight ?? found.height;
  // The encoder may merge a frame that repeats the previous one, so the result can have fewer frames.
  const pages = found.pages ?? 1;
  const right =
    found.format === (format === "avif" ? "heif" : format) &&
    found.width === size.width &&
    height === size.height &&
    pages <= frames;
  const bare = !found.exif && !found.xmp && !found.iptc && !found.icc && !found.orientation;
  if (!right || !bare) throw new TypeError("the written picture does not match the requested one");
  return { format, ...size, frames: pages, bytes };
}
