// The data folder: created, locked by one process, refused with one line.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  DataFolderInUse,
  DataFolderUnusable,
  lockDataFolder,
} from "../../../../scripts/local/state/data-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-folder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a missing folder is created, locked, and free again after its release", () => {
  const path = join(folder, "state");
  const first = lockDataFolder(path);
  expect(() => lockDataFolder(path)).toThrow(DataFolderInUse);
  first.release();
  lockDataFolder(path).release();
});

test("the lock of a process that has ended does not count", async () => {
  await writeFile(join(folder, "lock"), String(2 ** 30));
  lockDataFolder(folder).release();
});

test("a file in place of the folder, or above it, is one line that names the option", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  for (const [path, why] of [
    [file, "it is a file, not a folder"],
    [join(file, "below"), "ENOTDIR"],
  ] as const) {
    expect(() => lockDataFolder(path)).toThrow(DataFolderUnusable);
    expect(() => lockDataFolder(path)).toThrow(
      `the data folder ${path} cannot be used: ${why}; choose another one with --data`,
    );
  }
});
