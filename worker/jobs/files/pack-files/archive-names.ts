// Names inside an archive: safe everywhere, in folders as displayed, and no two alike.
import { usableFolder, usableName } from "../rows/names.ts";

/** A file's place in the archive. */
type Named = { name: string; folder: string };

/** The archive's own name, with `.zip`. */
export const archiveName = (name: string): string =>
  /\.zip$/i.test(name) ? usableName(name) : usableName(`${name.slice(0, 240)}.zip`);

/**
 * The paths of files in an archive, in the same order. Files with the same path are numbered: `a.txt`, `a (2).txt`. Paths
 * that differ only in case or in the form of their accents count as the same, because some file systems say so.
 */
export function archivePaths(files: readonly Named[]): string[] {
  const taken = new Set<string>();
  return files.map(({ name, folder }) => {
    const place = usableFolder(folder);
    const plain = usableName(name);
    for (let count = 1; ; count += 1) {
      const path = [...(place === "" ? [] : [place]), numbered(plain, count)].join("/");
      const same = path.normalize("NFC").toLowerCase();
      if (taken.has(same)) continue;
      taken.add(same);
      return path;
    }
  });
}

function numbered(name: string, count: number): string {
  if (count === 1) return name;
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)} (${count})${name.slice(dot)}` : `${name} (${count})`;
}
