// Searches and sorts files that have been read.
import { once } from "../../../worker/fleet/once.ts";
import type { SeenFile } from "./find-file.ts";

/** The columns by which files are sorted. */
export const fileSorts = ["newest", "name", "size", "expiry", "owner"] as const;

/** A search in names and folders, and an order. */
export type FileOrder = {
  search: string;
  sort: (typeof fileSorts)[number];
  direction?: "up" | "down" | undefined;
};

const collator = once(() => new Intl.Collator("en", { numeric: true, sensitivity: "base" }));
const path = ({ file }: SeenFile) => (file.folder === "" ? file.name : `${file.folder}/${file.name}`);

const comparisons: Readonly<Record<FileOrder["sort"], (a: SeenFile, b: SeenFile) => number>> = {
  newest: (a, b) => (a.file.createdAt < b.file.createdAt ? -1 : 1),
  name: (a, b) => collator().compare(path(a), path(b)),
  size: (a, b) => a.file.bytes - b.file.bytes,
  expiry: (a, b) => Date.parse(a.file.expiresAt) - Date.parse(b.file.expiresAt),
  owner: (a, b) => collator().compare(a.ownerName, b.ownerName),
};

/** The direction in which a column is sorted at first. */
export const firstDirection = (sort: FileOrder["sort"]): "up" | "down" =>
  sort === "newest" || sort === "size" ? "down" : "up";

/** The files that match, in order. Files that are equal by the column stay in the order of their ids. */
export function arranged(
  files: readonly SeenFile[],
  { search, sort, direction = firstDirection(sort) }: FileOrder,
): SeenFile[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  const sign = direction === "up" ? 1 : -1;
  return files
    .filter((seen) => words.every((word) => folded(path(seen)).includes(word)))
    .sort((a, b) => sign * comparisons[sort](a, b) || (a.file.id < b.file.id ? -1 : 1));
}

/** Case and accents make no difference. */
const folded = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
