// The name of a part on the editor's disk. Its number makes the name unique and never a reserved one. Its extension is derived
// from the detected type, so that no sender chooses the program that opens the file.
import type { Part } from "./story.ts";

/** Extensions of each detected type. The first is used unless the sender's extension is in the list. */
const byType: Readonly<Record<string, readonly string[]>> = {
  "text/plain": ["txt", "md", "markdown", "tex", "rst", "fountain", "csv"],
  "text/html": ["html"],
  "text/markdown": ["md"],
  "text/csv": ["csv"],
  "text/calendar": ["ics"],
  "text/rtf": ["rtf"],
  "application/pdf": ["pdf"],
  "application/rtf": ["rtf"],
  "application/epub+zip": ["epub"],
  "application/gzip": ["gz"],
  "application/json": ["json"],
  "application/msword": ["doc"],
  "application/ms-tnef": ["dat"],
  "application/pgp-signature": ["asc"],
  "application/pkcs7-mime": ["p7m"],
  "application/pkcs7-signature": ["p7s"],
  "application/vnd.ms-excel": ["xls"],
  "application/vnd.ms-powerpoint": ["ppt"],
  "application/vnd.oasis.opendocument.text": ["odt"],
  "application/vnd.oasis.opendocument.spreadsheet": ["ods"],
  "application/vnd.oasis.opendocument.presentation": ["odp"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["docx"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["xlsx"],
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ["pptx"],
  "application/vnd.rar": ["rar"],
  "application/x-7z-compressed": ["7z"],
  // Containers whose bytes do not show their content: the sender's extension is believed, for documents only.
  "application/zip": ["zip", "docx", "odt", "epub", "xlsx", "ods", "pptx", "odp", "pages"],
  "application/x-cfb": ["cfb", "doc", "xls", "ppt", "wps", "msg"],
  "application/octet-stream": [
    "bin",
    "txt",
    "md",
    "tex",
    "rst",
    "fountain",
    "fdx",
    "wpd",
    "pages",
    "odt",
    "csv",
  ],
  "application/x-elf": ["bin"],
  "application/x-msdownload": ["bin"],
  "image/gif": ["gif"],
  "image/jpeg": ["jpg", "jpeg"],
  "image/png": ["png"],
  "image/tiff": ["tiff", "tif"],
  "image/webp": ["webp"],
  "message/rfc822": ["eml"],
};

/** Longest stem in UTF-8 bytes; with number and extension far below the 255 bytes of file systems. */
const stemBytes = 120;

/** The name of a part: its number, the harmless characters of the sender's name, and its extension. */
export function partFileName({ n, name, contentType, role }: Part): string {
  const type = contentType.split(";", 1)[0] ?? "";
  const [first = "bin", ...others] = byType[type] ?? byType["application/octet-stream"] ?? [];
  const [whole = "", before = "", given = ""] = /^(.+)\.([A-Za-z0-9]{1,12})$/su.exec(name ?? "") ?? [];
  const extension = others.includes(given.toLowerCase()) ? given.toLowerCase() : first;
  const title = stem(whole === "" ? name : before) || role;
  return `${String(n).padStart(2, "0")}-${title}.${extension}`;
}

/** Keeps letters, digits and harmless punctuation. */
function stem(name = ""): string {
  const clean = name
    .toWellFormed()
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N} ._()+,-]+/gu, "_")
    .replace(/\s+/g, " ")
    .replace(/^[. _]+/, "");
  return cutBytes(clean, stemBytes).replace(/[. ]+$/, "");
}

function cutBytes(text: string, bytes: number): string {
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
