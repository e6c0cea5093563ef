// Opens a picture of any accepted format for sharp: reads only the header where sharp knows the format, so that the size is known
// before any pixel is decoded; what it does not know is decoded by readers of ours and handed over as a file that it knows.
import type { Metadata, SharpOptions } from "sharp";
import { firstBytes } from "../../../shared/first-bytes.ts";
import { sharp } from "../../child/confined-sharp.ts";
import { notes } from "../notes.ts";
import { isMoving, magicBytes, type SourceFormat } from "../picture-format.ts";
import { refusals } from "../refusals.ts";
import type { DecodeInput, Note } from "./contract.ts";
import { decodeHeif } from "./heif/decode-heif.ts";
import { PictureRefused } from "./picture-refused.ts";
import { type Pixels, writePixels } from "./pixels.ts";
import { animate, readAnimation } from "./readers/apng.ts";
import { decodeBmp } from "./readers/bmp.ts";
import { firstPage } from "./readers/tiff-pages.ts";
import { checkLight } from "./readers/tiff-samples.ts";

/** A picture that can be produced from. */
export type Source = {
  file: string;
  format: SourceFormat;
  /** The first page that is read, and how many follow as frames. */
  page: number;
  frames: number;
  metadata: Metadata;
  /** The most pixels, as a second guard. */
  pixels: number;
  failOn: NonNullable<SharpOptions["failOn"]>;
  notes: Note[];
};

/** What a reader of ours has decoded, in the run's directory; removed when the picture is done. */
export const convertedFile = "converted";

/** Opens the picture. @throws PictureRefused, or what sharp says of a damaged picture */
export async function openSource(input: DecodeInput, format: SourceFormat): Promise<Source> {
  const { file, limits } = input;
  switch (format) {
    case "heif": {
      const decoded = await decodeHeif({ file, pixels: limits.pixels, enough: largest(input) });
      return converted(format, decoded.pixels, decoded.notes, input);
    }
    case "bmp":
      return converted(format, await decodeBmp(file, limits.pixels), [], input);
    case "png": {
      const animation = await readAnimation(file, limits);
      if (animation === undefined) return inspect({ file, format }, input);
      await animate(animation, convertedFile);
      return inspect({ file: convertedFile, format }, input);
    }
    case "tiff": {
      const source = await inspect({ file, format, ...firstPage(file) }, input);
      if (source.metadata.depth === "float") await checkLight(source);
      return source;
    }
    case "avif": {
      const moving = isMoving(firstBytes(file, magicBytes));
      return inspect({ file, format, notes: moving ? [notes.firstFrame()] : [] }, input).catch((error) => {
        // Of a sequence libvips reads only the still picture that some files have beside it.
        throw moving && !(error instanceof PictureRefused)
          ? new PictureRefused(refusals.unsupportedCoding())
          : error;
      });
    }
    default:
      return inspect({ file, format }, input);
  }
}

/** The largest box of the outputs. */
const largest = ({ outputs }: DecodeInput) => ({
  width: Math.max(...outputs.map(({ width }) => width)),
  height: Math.max(...outputs.map(({ height }) => height)),
});

async function converted(
  format: SourceFormat,
  pixels: Pixels,
  found: Note[],
  input: DecodeInput,
): Promise<Source> {
  await writePixels(convertedFile, pixels);
  return inspect({ file: convertedFile, format, notes: found }, input);
}

type Found = { file: string; format: SourceFormat; page?: number; notes?: Note[] };

async function inspect(
  { file, format, page = 0, notes: found = [] }: Found,
  { limits }: DecodeInput,
): Promise<Source> {
  // `error` refuses truncated and broken pictures, but accepts the harmless warnings of many cameras' files. Of JPEGs every
  // warning is looked at, see readers/jpeg.ts.
  const failOn = format === "jpeg" ? "warning" : "error";
  const metadata = await sharp(file, { page, limitInputPixels: false, failOn: "error" }).metadata();
  const { width, height, pages = 1 } = metadata;
  const frames = (format === "gif" || format === "webp" || format === "png") && pages > 1 ? pages : 1;
  if (frames > limits.frames) throw new PictureRefused(refusals.tooManyFrames(frames, limits.frames));
  if (width * height * frames > limits.pixels)
    throw new PictureRefused(refusals.tooManyPixels(width, height, frames, limits.pixels));
  const others = format === "avif" && pages > 1 ? [notes.otherPictures(pages - 1)] : [];
  return {
    file,
    format,
    page,
    frames,
    metadata,
    pixels: limits.pixels,
    failOn,
    notes: [...found, ...others],
  };
}
