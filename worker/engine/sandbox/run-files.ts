// Moves a run's files into a child's directory, and the files the task left back out. Only a few plain files at the top
// level come back: anything else shows that the child is not what it should be.
//
// All of it is synchronous: each is one short system call on a local file system and for few names, of which a thread of libuv's
// pool would make several times the cost, and a wait behind whatever that pool does.
import { type Dirent, lstatSync, opendirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { SandboxFailure } from "./sandbox.ts";

/** Files a run may leave; no task needs more than about five hundred. */
export const maxFiles = 1000;

/** What is in a directory; undefined when it holds more than `maxFiles` names, which are then not all read. */
export function fewEntries(folder: string): Dirent[] | undefined {
  const directory = opendirSync(folder, { bufferSize: 256 });
  try {
    const entries: Dirent[] = [];
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (entries.length === maxFiles) return undefined;
      entries.push(entry);
    }
    return entries;
  } finally {
    directory.closeSync();
  }
}

/** Moves every file of `from` into `to`; both are on one file system. Returns the bytes moved. */
export function moveIn(from: string, to: string): number {
  let bytes = 0;
  for (const name of readdirSync(from)) {
    renameSync(join(from, name), join(to, name));
    bytes += lstatSync(join(to, name)).size;
  }
  return bytes;
}

/**
 * Moves the files a task left. Returns the bytes moved.
 * @throws SandboxFailure when there are too many, or one of them is not a plain, readable file with a single name
 */
export function moveOut(task: string, from: string, to: string): number {
  const entries = fewEntries(from);
  if (!entries) throw new SandboxFailure("output-limit", task, `more than ${maxFiles} files left`);
  let bytes = 0;
  for (const { name } of entries) {
    renameSync(join(from, name), join(to, name));
    // Checked where the child can no longer replace it.
    const found = lstatSync(join(to, name));
    const plain = found.isFile() && found.nlink === 1 && (found.mode & 0o400) !== 0;
    if (!plain) throw new SandboxFailure("crashed", task, "left something else than plain files");
    bytes += found.size;
  }
  return bytes;
}
