// Reads the names of transfer encodings as people's programs write them: `base64;`, "base64", Base-64, with blanks and
// comments.

const known: readonly (readonly [RegExp, string])[] = [
  [/^(x-?)?base-?64/, "base64"],
  [/^quoted-?printable|^qp$/, "quoted-printable"],
  [/^(x-?)?uu(e|encode)\b/, "uuencode"],
];

/** The encoding's proper name; the given text in lower case where it is none that changes bytes. */
export function transferEncoding(given: unknown): string {
  if (typeof given !== "string") return "";
  const bare = given
    .replace(/\([^()]*\)/g, "")
    .replace(/["'\s]/g, "")
    .replace(/[_/]/g, "-")
    .toLowerCase();
  return known.find(([pattern]) => pattern.test(bare))?.[1] ?? bare;
}
