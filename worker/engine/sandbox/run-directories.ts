// The directories of runs. Making and removing one costs a file system several times what renaming it does, and held the worker up
// while other programs wrote to the same disk, so they are used again.
import { mkdirSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { removeTree } from "./remove-tree.ts";
import { fewEntries } from "./run-files.ts";
import type { SandboxDirectory } from "./sandbox.ts";

/** Makes a function that gives an empty directory in `root`; each has a name that no other run has had. */
export function runDirectories(root: string): () => SandboxDirectory {
  const free: string[] = [];
  let named = 0;
  const newName = () => {
    named += 1;
    return join(root, `run-${named}`);
  };
  const make = () => {
    const path = newName();
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  return () => {
    const path = free.pop() ?? make();
    let used = true;
    const dispose = async () => {
      if (!used) return;
      used = false;
      const next = newName();
      if (emptied(path, next)) free.push(next);
      else await Promise.all([removeTree(path), removeTree(next)]);
    };
    return { path, [Symbol.asyncDispose]: dispose };
  };
}

/**
 * Renames a directory and removes the few plain files in it. Answers false when that fails. In this order: what is left of a
 * failed run may still write to the path that it knows, and must not reach the next run.
 */
function emptied(path: string, next: string): boolean {
  try {
    renameSync(path, next);
    const entries = fewEntries(next);
    for (const { name } of entries ?? []) unlinkSync(join(next, name));
    return entries !== undefined;
  } catch {
    return false;
  }
}
