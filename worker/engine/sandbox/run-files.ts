// Moves a run's files into a child's directory, and the files the task left back out. Only a few plain files at the top
// level come back: anything else shows that the child is not what it should be.
import type { Dirent } from "node:fs";
import { lstat, opendir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { SandboxFailure } from "./sandbox.ts";

/** Files a run may leave; no task needs more than about five hundred. */
export const maxFiles = 1000;

/** What is in a directory; undefined when it holds more than `maxFiles` names, which are then not all read. */
export async function fewEntries(folder: string): Promise<Dirent[] | undefined> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 256 })) {
    if (entries.length === maxFiles) return undefined;
    entries.push(entry);
  }
  return entries;
}

/** Moves every file of `from` into `to`; both are on one file system. Returns the bytes moved. */
export async function moveIn(from: string, to: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(from)).map(async (name) => {
      await rename(join(from, name), join(to, name));
      return (await lstat(join(to, name))).size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Moves the files a task left. Returns the bytes moved.
 * @throws SandboxFailure when there are too many, or one of them is not a plain, readable file with a single name
 */
export async function moveOut(task: string, from: string, to: string): Promise<number> {
  const entries = await fewEntries(from);
  if (!entries) throw new SandboxFailure("output-limit", task, `more than ${maxFiles} files left`);
  const sizes = await Promise.all(
    entries.map(async ({ name }) => {
      await rename(join(from, name), join(to, name));
      // Checked where the child can no longer replace it.
      const found = await lstat(join(to, name));
      const plain = found.isFile() && found.nlink === 1 && (found.mode & 0o400) !== 0;
      if (!plain) throw new SandboxFailure("crashed", task, "left something else than plain files");
      return found.size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
