// Sanitises the name of a part. The result is text for people, never a path.

import { plainLine, truncateUtf8 } from "../plain-line.ts";
import { mailLimits } from "./contract.ts";

/** No header holds a longer name. */
const maxGivenLength = mailLimits.headerBytes;

/** A sanitised name of at most 255 bytes that keeps its extension; undefined when the sender gave no readable name. */
export function partName(given: unknown): string | undefined {
  const flat = plainLine(given, maxGivenLength)
    ?.normalize("NFC")
    .replace(/[/\\:*?"<>|]/g, "_")
    .replace(/^[.\s]+/, "");
  if (!flat) return undefined;
  const dot = flat.lastIndexOf(".");
  const extension = dot > 0 && flat.length - dot <= 16 ? flat.slice(dot) : "";
  const stem = extension ? flat.slice(0, dot) : flat;
  return truncateUtf8(stem, mailLimits.nameBytes - Buffer.byteLength(extension)) + extension;
}
