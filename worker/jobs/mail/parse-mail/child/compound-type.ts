// Tells what an OLE compound file is: a document of old Word, Excel or PowerPoint, or a mail of Outlook. The names in its
// directory say it ([MS-CFB]).
import { closeSync, openSync, readSync } from "node:fs";

const compound = "application/x-cfb";

/** Types by the name of a stream or storage that only they have. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^WordDocument$/, "application/msword"],
  [/^(Workbook|Book)$/, "application/vnd.ms-excel"],
  [/^PowerPoint Document$/, "application/vnd.ms-powerpoint"],
  [/^__properties_version1\.0$/, "application/vnd.ms-outlook"],
  [/^VisioDocument$/, "application/vnd.visio"],
  [/^MatOST$|^MM$/, "application/vnd.ms-works"],
];

const declaredCompound = /^application\/(msword|vnd\.ms-[\w.+-]+)$/;

const headBytes = 512;
const entryBytes = 128;
/** Sectors of the directory that are read. The names that count are among the first. */
const mostSectors = 32;

/** The type of a compound file; the declared one where the directory does not tell. */
export function compoundType(file: string, stated: string): string {
  const names = directoryNames(file);
  const found = known.find(([name]) => names.some((each) => name.test(each)))?.[1];
  return found ?? (declaredCompound.test(stated) ? stated : compound);
}

function directoryNames(file: string): string[] {
  const descriptor = openSync(file, "r");
  try {
    return namesOf((at, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at));
    });
  } finally {
    closeSync(descriptor);
  }
}

/** @param read gives up to `length` bytes of the file */
function namesOf(read: (at: number, length: number) => Buffer): string[] {
  const head = read(0, headBytes);
  if (head.length < headBytes) return [];
  const sectorBytes = head.readUInt16LE(0x1e) === 12 ? 4096 : 512;
  const at = (sector: number) => (sector + 1) * sectorBytes;
  const names: string[] = [];
  let sector = head.readUInt32LE(0x30);
  for (let count = 0; count < mostSectors && sector < 0xfffffffa; count += 1) {
    names.push(...namesIn(read(at(sector), sectorBytes)));
    const perTable = sectorBytes / 4;
    // Only the first 109 tables are listed in the header, enough for files of 6.8 MB. Beyond, the directory is taken as one run.
    const table = Math.floor(sector / perTable);
    const place = table < 109 ? head.readUInt32LE(0x4c + 4 * table) : 0xffffffff;
    const next = place < 0xfffffffa ? read(at(place) + 4 * (sector % perTable), 4) : Buffer.alloc(0);
    sector = next.length === 4 ? next.readUInt32LE() : sector + 1;
  }
  return names;
}

function namesIn(sector: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + entryBytes <= sector.length; at += entryBytes) {
    const length = Math.min(64, sector.readUInt16LE(at + 64));
    if (length >= 2) names.push(sector.toString("utf16le", at, at + length - 2));
  }
  return names;
}
