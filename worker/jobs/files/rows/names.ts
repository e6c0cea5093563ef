// Names of files and folders: what a person may call a file, and how a name from elsewhere becomes one. Names are only
// shown, never used as keys or paths.
import * as z from "zod";

/** The longest name and the longest folder, in characters. */
export const nameLimits = { name: 255, folder: 1024 } as const;

/** Characters that no name contains: separators of paths, controls, and marks that reorder what a person reads. */
const unwanted = /[/\\\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]/gu;

const isUsable = (part: string) =>
  part !== "" && part !== "." && part !== ".." && part === part.trim() && part.search(unwanted) < 0;

/** Checks a file's name. */
export const fileNameSchema = z
  .string()
  .transform((text) => text.normalize("NFC"))
  .refine(isUsable, "may not be empty or contain slashes, control characters or marks that reorder text")
  .refine((name) => name.length <= nameLimits.name, `may have at most ${nameLimits.name} characters`);

/** Checks a folder: empty, or names between slashes, for example `2026/paris`. */
export const folderSchema = z
  .string()
  .transform((text) => text.normalize("NFC"))
  .refine((folder) => folder === "" || folder.split("/").every(isUsable), "takes names between slashes")
  .refine((folder) => folder.length <= nameLimits.folder, `may have at most ${nameLimits.folder} characters`);

/** A name that `fileNameSchema` accepts, as near as possible to the text; `file` when nothing is left. */
export function usableName(text: string): string {
  const cleaned = text.normalize("NFC").replace(unwanted, "_").trim();
  const short = shortened(cleaned).trim();
  return isUsable(short) ? short : "file";
}

/** A folder that `folderSchema` accepts, as near as possible to the text. */
export function usableFolder(text: string): string {
  const parts = text.split(/[/\\]+/).filter((part) => !["", ".", ".."].includes(part.trim()));
  const kept: string[] = [];
  for (const part of parts.map(usableName)) {
    if ([...kept, part].join("/").length > nameLimits.folder) break;
    kept.push(part);
  }
  return kept.join("/");
}

/** Shortens a name before its extension, which says what the file is. Never splits a character. */
function shortened(name: string): string {
  if (name.length <= nameLimits.name) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : "";
  const stem = name.slice(0, nameLimits.name - extension.length);
  return `${stem.replace(/[\ud800-\udbff]$/, "")}${extension}`;
}
