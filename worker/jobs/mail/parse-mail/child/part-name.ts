// The name of a part as data for people: never a path, whatever the sender made of it.

import { plainLine } from "../plain-line.ts";
import { mailLimits } from "./contract.ts";

/** A header holds no longer name. */
const longestGiven = mailLimits.headerBytes;

/** A sanitised name of at most 255 bytes, its extension kept; nothing where the sender gave none that can be read. */
export function partName(given: unknown): string | undefined {
  const flat = plainLine(given, longestGiven)
    ?.normalize("NFC")
    .replace(/[/\\:*?"<>|]/g, "_")
    .replace(/^[.\s]+/, "");
  if (!flat) return undefined;
  const dot = flat.lastIndexOf(".");
  const extension = dot > 0 && flat.length - dot <= 16 ? flat.slice(dot) : "";
  const stem = extension ? flat.slice(0, dot) : flat;
  return cut(stem, mailLimits.nameBytes - Buffer.byteLength(extension)) + extension;
}

/** The longest start of whole characters that has at most so many bytes of UTF-8. */
export function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let end = 0;
  let held = 0;
  for (const character of text) {
    held += Buffer.byteLength(character);
    if (held > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
