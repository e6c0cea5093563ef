// JPEGs with something wrong in them. The rule: whatever libjpeg warns of is accepted, as browsers do, while at most a twentieth
// of the rows is missing. A file without its end mark has often lost nothing else.
import { readFile, writeFile } from "node:fs/promises";
import { sharp } from "../../../child/confined-sharp.ts";
import { notes } from "../../notes.ts";
import { convertedFile, type Source } from "../open-source.ts";

/** The most that may be missing at the end, as a part of the height. */
const mostMissing = 1 / 20;

const endMark = Buffer.from([0xff, 0xd9]);

/** The picture as far as it goes, with an end mark. @throws `cause` when too much is missing */
export async function mendJpeg(source: Source, cause: unknown): Promise<Source> {
  await writeFile(convertedFile, Buffer.concat([await readFile(source.file), endMark]));
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
  let rows = 0;
  while (rows < info.height && isFlat(data, (info.height - rows - 1) * rowBytes, rowBytes, info.channels))
    rows += 1;
  return rows / info.height;
}

/** Whether all pixels of a row are alike and grey. A profile may shift grey a little. */
function isFlat(data: Buffer, start: number, length: number, channels: number): boolean {
  for (let at = 0; at < length; at += 1) {
    const value = data[start + at] ?? 0;
    if (value !== data[start + (at % channels)] || Math.abs(value - 128) > 8) return false;
  }
  return true;
}
