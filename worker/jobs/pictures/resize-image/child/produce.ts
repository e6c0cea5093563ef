// Makes one result of an opened picture: upright, in sRGB, of the requested size, without metadata; and looks at it again.
import { statSync } from "node:fs";
import type { Sharp } from "sharp";
import { sharp } from "../../child/confined-sharp.ts";
import { type ResultFormat, resultFormat } from "../picture-format.ts";
import type { DecodedPicture, DecodeInput } from "./contract.ts";
import { bestFit, type Size } from "./fit.ts";
import type { Source } from "./open-source.ts";

/** Writes the picture that fits into the output's box. @throws what sharp says of a damaged picture */
export async function produce(
  source: Source,
  output: DecodeInput["outputs"][number],
): Promise<DecodedPicture> {
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
  const { file, page, frames, metadata, pixels, failOn } = source;
  const opened = sharp(file, { page, pages: frames, limitInputPixels: pixels, failOn });
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
  const { size: bytes } = statSync(file);
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
