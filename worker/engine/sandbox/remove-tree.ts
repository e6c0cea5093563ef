// Removes what a child may have left, whatever that is: sealed, deep, crowded, or no directory at all. Never follows a
// link, holds a few names at a time, and never rejects, since nothing a child leaves may reach the worker as an error.
import { chmod, lstat, opendir, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";

const namesAtATime = 64;
/** Directories change while they are read, so a second pass may find names that the first one missed. */
const passes = 3;

/** Removes a file or a directory with everything in it. Answers false when something stayed. */
export async function removeTree(path: string): Promise<boolean> {
  let hoisted = 0;
  const waiting = [path];
  let complete = true;
  // Folders are moved up beside the first one: the path of a deep one would be too long to be opened.
  const hoist = async (folder: string) => {
    hoisted += 1;
    const target = `${path}.${hoisted}`;
    await openUp(folder);
    await rename(folder, target);
    waiting.push(target);
  };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    complete = (await removeOne(next, hoist)) && complete;
  }
  return complete;
}

/** Removes everything in a directory, and keeps the directory. Answers false when something stayed. */
export async function empty(folder: string): Promise<boolean> {
  let complete = true;
  await eachName(folder, async (path) => {
    complete = (await removeTree(path)) && complete;
  }).catch(() => {
    complete = false;
  });
  return complete;
}

/** A directory without its owner's rights can be neither read nor moved. */
const openUp = (folder: string) => chmod(folder, 0o700).catch(() => {});

async function removeOne(path: string, hoist: (folder: string) => Promise<void>): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return true;
  if (!found.isDirectory()) return succeeds(unlink(path));
  await openUp(path);
  for (let pass = 0; pass < passes; pass += 1) {
    await eachName(path, (name, isFolder) => (isFolder ? hoist(name) : unlink(name))).catch(() => {});
    if (await succeeds(rmdir(path))) return true;
  }
  return (await lstat(path).catch(() => undefined)) === undefined;
}

/** Calls `act` for one name after the other; one that fails does not keep the others. */
async function eachName(folder: string, act: (path: string, isFolder: boolean) => Promise<unknown>) {
  for await (const entry of await opendir(folder, { bufferSize: namesAtATime })) {
    await act(join(folder, entry.name), entry.isDirectory()).catch(() => {});
  }
}

const succeeds = (act: Promise<void>): Promise<boolean> =>
  act.then(
    () => true,
    () => false,
  );
