// The pages of a TIFF, read off its directories: which one is the picture, what else there is, and whether it is a camera's raw
// file that only looks like one.
import { notes } from "../../notes.ts";
import { refusals } from "../../refusals.ts";
import type { Note } from "../contract.ts";
import { PictureRefused } from "../picture-refused.ts";
import { type BytesAt, withBytesOf } from "./bytes-at.ts";
import { checkSamples } from "./tiff-samples.ts";
import { type TiffPage, tags } from "./tiff-tags.ts";

/** Directories that are followed. */
const mostPages = 10_000;

const nameOf: ReadonlyMap<number, keyof typeof tags> = new Map(
  Object.entries(tags).map(([name, tag]) => [tag, name as keyof typeof tags]),
);

/** Bits of the tag "kind" (NewSubfileType). */
const [reduced, mask] = [1, 4];

/** Photometric interpretations of raw files: colour filter array, linear raw. */
const rawPhotometrics: ReadonlySet<number> = new Set([32_803, 34_892]);

/** The first page that is neither a reduced copy of another one nor a mask. @throws PictureRefused for a raw file */
export function firstPage(file: string): { page: number; notes: Note[] } {
  const pages = withBytesOf(file, readPages);
  const first = pages.at(0);
  const whole = pages.flatMap(({ kind = 0 }, index) => ((kind & (reduced | mask)) === 0 ? [index] : []));
  const raw = pages.some((page) => rawPhotometrics.has(page.photometric ?? 0));
  const thumbnail = whole.length === 0 && first?.subDirectories !== undefined;
  if (raw || thumbnail || first?.dngVersion !== undefined) throw new PictureRefused(refusals.cameraRaw());
  const page = whole[0] ?? 0;
  checkSamples(pages[page]);
  return { page, notes: whole.length > 1 ? [notes.furtherPages(whole.length)] : [] };
}

/** Reads numbers of the file in its own byte order. */
type Reader = { big: boolean; number: (at: number, bytes: 2 | 4 | 8) => number };

function readPages(bytesAt: BytesAt): TiffPage[] {
  const head = bytesAt(0, 16);
  const reader = readerOf(bytesAt, head);
  if (head.toString("latin1", 8, 10) === "CR") throw new PictureRefused(refusals.cameraRaw());
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  let at = reader.big ? reader.number(8, 8) : reader.number(4, 4);
  while (at > 0 && !seen.has(at) && pages.length < mostPages) {
    seen.add(at);
    const found = readPage(reader, at);
    if (found === undefined) break;
    pages.push(found.page);
    at = found.next;
  }
  return pages;
}

function readerOf(bytesAt: BytesAt, head: Buffer): Reader {
  const little = head.toString("latin1", 0, 2) === "II";
  const number: Reader["number"] = (at, bytes) => {
    const buffer = bytesAt(at, bytes);
    if (bytes === 8) return Number(little ? buffer.readBigUInt64LE(0) : buffer.readBigUInt64BE(0));
    return little ? buffer.readUIntLE(0, bytes) : buffer.readUIntBE(0, bytes);
  };
  return { big: head[little ? 2 : 3] === 43, number };
}

/** One directory and where the next one is. Undefined where there is none: sharp says what is wrong with the file. */
function readPage({ big, number }: Reader, at: number): { page: TiffPage; next: number } | undefined {
  if (!Number.isSafeInteger(at)) return undefined;
  const count = number(at, big ? 8 : 2);
  const [first, entryBytes, valueAt] = big ? [at + 8, 20, 12] : [at + 2, 12, 8];
  if (count === 0 || count > 4096) return undefined;
  const page: TiffPage = {};
  for (let index = 0; index < count; index += 1) {
    const entry = first + index * entryBytes;
    const name = nameOf.get(number(entry, 2));
    if (name === undefined) continue;
    const bytes = number(entry + 2, 2) === 3 ? 2 : 4;
    // Values that do not fit into the entry are elsewhere.
    const inline = number(entry + 4, big ? 8 : 4) * bytes <= (big ? 8 : 4);
    page[name] = number(inline ? entry + valueAt : number(entry + valueAt, big ? 8 : 4), bytes);
  }
  return { page, next: number(first + count * entryBytes, big ? 8 : 4) };
}
