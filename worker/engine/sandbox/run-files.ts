// Moves a run's files into a child's directory, and the files the task left back out. Never follows a link the child may
// have planted; only plain files at the top level come back.
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Moves every file of `from` into `to`; both are on one file system. Returns the bytes moved. */
export async function moveIn(from: string, to: string): Promise<number> {
  const names = await readdir(from);
  const sizes = await Promise.all(
    names.map(async (name) => {
      await rename(join(from, name), join(to, name));
      return (await lstat(join(to, name))).size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Moves the plain files a task left and removes everything else. Returns the bytes moved. */
export async function moveOut(from: string, to: string): Promise<number> {
  const entries = await readdir(from, { withFileTypes: true });
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(from, entry.name);
      if (!entry.isFile()) {
        await rm(path, { recursive: true, force: true });
        return 0;
      }
      await rename(path, join(to, entry.name));
      return (await lstat(join(to, entry.name))).size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Empties a directory. */
export async function empty(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  await Promise.all(names.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}
