// The content type of a part: detected from its first bytes if possible, otherwise as declared.

/** The number of bytes that the signatures need. */
export const signatureBytes = 16;

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
  ["MZ", "application/x-msdownload"],
  ["\x78\x9f\x3e\x22", "application/ms-tnef"],
];

/** Container formats. A declared type that uses the container is more precise than the container's own. */
const containers: readonly (readonly [string, string, RegExp])[] = [
  ["PK\x03\x04", "application/zip", /^application\/(epub\+zip|vnd\.(openxmlformats|oasis)[\w.+-]+)$/],
  ["\xd0\xcf\x11\xe0", "application/x-cfb", /^application\/(msword|vnd\.ms-[\w.+-]+)$/],
];

const unknown = "application/octet-stream";

/** The type of a part with these first bytes. A malformed declaration is ignored. */
export function partType(first: Buffer, declared: unknown): string {
  const start = first.subarray(0, signatureBytes).toString("latin1");
  const given = typeof declared === "string" ? declared.toLowerCase() : unknown;
  const stated = /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/.test(given) ? given : unknown;
  const container = containers.find(([signature]) => start.startsWith(signature));
  if (container) return container[2].test(stated) ? stated : container[1];
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP") return "image/webp";
  return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? stated;
}
