// The icon of a file, and its kind in a word, by the type of its bytes.
import type { IconName } from "../ui/icons.ts";

const kinds: readonly (readonly [RegExp, IconName, string])[] = [
  [/^image\//, "picture", "Picture"],
  [/^video\//, "video", "Video"],
  [/^audio\//, "audio", "Sound"],
  [/spreadsheet|excel|csv/, "table", "Table"],
  [/presentation|powerpoint/, "slides", "Slides"],
  [/^application\/pdf$|word|opendocument\.text|rtf|epub/, "text", "Document"],
  [/zip|tar|gzip|bzip|7z|rar|zstd|x-xz/, "archive", "Archive"],
  [/html|xml|json|javascript|x-sh|wasm/, "code", "Code"],
  [/^text\//, "text", "Text"],
];

/** Icon and kind of a file. */
export function kindOf(contentType: string): { icon: IconName; kind: string } {
  const [, icon, kind] = kinds.find(([pattern]) => pattern.test(contentType)) ?? [];
  return { icon: icon ?? "file", kind: kind ?? "File" };
}
