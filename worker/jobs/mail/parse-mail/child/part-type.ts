// The content type of a part: detected from its bytes if possible, otherwise as declared.
import { readFileSync, statSync } from "node:fs";
import { fileTypeFromBuffer, fileTypeFromFile } from "file-type";
import { compoundType } from "./compound-type.ts";

/** The number of first bytes that detection needs. */
export const signatureBytes = 4096;

/** Signatures at the start of files, as Latin-1 text. */
const signatures: readonly (readonly [string, string])[] = [
  ["%PDF-", "application/pdf"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["II*\0", "image/tiff"],
  ["MM\0*", "image/tiff"],
  ["{\\rtf", "application/rtf"],
  ["\x1f\x8b", "application/gzip"],
  ["7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"],
  ["Rar!\x1a\x07", "application/vnd.rar"],
  ["\x7fELF", "application/x-elf"],
  ["\x78\x9f\x3e\x22", "application/ms-tnef"],
];

const zip = "application/zip";
const program = "application/x-msdownload";

/** A declared type that uses a container is more precise than the container's own. */
const declaredZip = /^application\/(epub\+zip|vnd\.(openxmlformats|oasis)[\w.+-]+)$/;

const unknown = "application/octet-stream";

/** A part's file, its first bytes and what its header declares. */
export type TypedPart = { file: string; first: Buffer; declared: unknown };

/** The type of a part. A malformed declaration is ignored. */
export async function partType({ file, first, declared }: TypedPart): Promise<string> {
  const start = first.toString("latin1", 0, 16);
  const given = typeof declared === "string" ? declared.toLowerCase() : unknown;
  const stated = /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/.test(given) ? given : unknown;
  if (start.startsWith("PK\x03\x04")) return await zipType(file, stated);
  if (start.startsWith("\xd0\xcf\x11\xe0")) return compoundType(file, stated);
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP") return "image/webp";
  if (start.startsWith("MZ") && isProgram(first)) return program;
  const signed = signatures.find(([signature]) => start.startsWith(signature))?.[1];
  if (signed !== undefined) return signed;
  return stated === unknown ? await detected(file) : stated === program ? unknown : stated;
}

/** What is in a zip: a document of Word, OpenOffice and so on. Its first entries say it, whatever was declared. */
async function zipType(file: string, stated: string): Promise<string> {
  const found = await detected(file);
  if (found !== zip && found !== unknown) return found;
  return declaredZip.test(stated) ? stated : zip;
}

/** A file up to this size is read at once: the library reads files in pieces, each by another thread. */
const readWholeBytes = 256 * 1024;

async function detected(file: string): Promise<string> {
  // A detector that stumbles over a broken file has not recognised it.
  const detecting =
    statSync(file).size <= readWholeBytes ? fileTypeFromBuffer(readFileSync(file)) : fileTypeFromFile(file);
  const found = await detecting.catch(() => undefined);
  return found === undefined || !/^[\w.+-]{1,80}\/[\w.+-]{1,80}$/.test(found.mime) ? unknown : found.mime;
}

/**
 * Whether bytes that begin with `MZ` are a program of DOS or Windows, and not a text about those letters: a header of
 * Windows where the old header says (PE format, "MS-DOS Stub"), or bytes that no text has.
 */
function isProgram(first: Buffer): boolean {
  const newHeader = first.length >= 64 ? first.readUInt32LE(0x3c) : first.length;
  if (/^(PE\0\0|NE|LE|LX)/.test(first.toString("latin1", newHeader, newHeader + 4))) return true;
  return first.subarray(0, 64).some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b));
}
