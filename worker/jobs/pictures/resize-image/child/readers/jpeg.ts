// JPEGs with something wrong in them. The rule: whatever libjpeg warns of is accepted, as browsers do, while at most a twentieth
// of the rows is missing, and of a picture that comes in passes nothing but its last pass. A file without its end mark has often
// lost nothing else.
import { readFile, writeFile } from "node:fs/promises";
import { sharp } from "../../../child/confined-sharp.ts";
import { notes } from "../../notes.ts";
import { convertedFile, type Source } from "../open-source.ts";
import { hasAllPasses } from "./jpeg-passes.ts";

/** The most that may be missing at the end, as a part of the height. */
const mostMissing = 1 / 20;

const endMark = Buffer.from([0xff, 0xd9]);

/** The picture as far as it goes, with an end mark. @throws `cause` when too much is missing */
export async function mendJpeg(source: Source, cause: unknown): Promise<Source> {
  const bytes = await readFile(source.file);
  if (!hasAllPasses(bytes)) throw cause;
  await writeFile(convertedFile, Buffer.concat([bytes, endMark]));
  const mended: Source = { ...source, file: convertedFile, failOn: "error" };
  const missing = await missingRows(mended);
  if (missing > mostMissing) throw cause;
  return missing > 0 ? { ...mended, notes: [...source.notes, notes.endsEarly()] } : mended;
}

/** Rows and columns that are looked at: every eighth row, the height of a block, of small pictures; fewer of large ones. */
const looked = { rows: 512, columns: 64 };

/** The part of the height at the end that libjpeg filled with the flat grey (all coefficients zero) that it has no data for. */
async function missingRows({ file, metadata, pixels, failOn }: Source): Promise<number> {
  const { width, height } = metadata;
  const size = { width: Math.min(width, looked.columns), height: Math.min(height, looked.rows) };
  const { data, info } = await sharp(file, { limitInputPixels: pixels, failOn })
    .resize({ ...size, fit: "fill", kernel: "nearest", fastShrinkOnLoad: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rowBytes = info.width * info.channels;
  // The last row that has any data often has it for its left part only.
  const ending = Math.ceil(info.width / 8) * info.channels;
  const missing = (row: number) =>
    isFlat(data.subarray((row + 1) * rowBytes - ending, (row + 1) * rowBytes), info.channels);
  let rows = 0;
  while (rows < info.height && missing(info.height - rows - 1)) rows += 1;
  return rows / info.height;
}

/** Whether all pixels are alike and grey. A profile may shift grey a little. */
function isFlat(pixels: Buffer, channels: number): boolean {
  return pixels.every((value, at) => value === pixels[at % channels] && Math.abs(value - 128) <= 8);
}
