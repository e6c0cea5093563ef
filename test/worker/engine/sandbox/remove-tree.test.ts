// Clearing away what a child may have left.
import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { empty, removeTree } from "../../../../worker/engine/sandbox/remove-tree.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "fleet-remove-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

test("what is gone already counts as removed", async () => {
  expect(await removeTree(join(await folder(), "never"))).toBe(true);
});

test("a folder goes with all that is in it, and a link goes without what it leads to", async () => {
  const root = await folder();
  await mkdir(join(root, "tree/deep/er"), { recursive: true });
  await writeFile(join(root, "kept"), "kept");
  await writeFile(join(root, "tree/deep/er/file"), "x");
  await symlink(root, join(root, "tree/up"));
  expect(await removeTree(join(root, "tree"))).toBe(true);
  expect(await readdir(root)).toEqual(["kept"]);
});

test("a folder is emptied and stays; one that is not there is not emptied", async () => {
  const root = await folder();
  for (let index = 0; index < 200; index += 1) await writeFile(join(root, `f${index}`), "");
  await mkdir(join(root, "sub/sub"), { recursive: true });
  expect(await empty(root)).toBe(true);
  expect([await isThere(root), await readdir(root)]).toEqual([true, []]);
  expect(await empty(join(root, "never"))).toBe(false);
});

test("a folder deeper than any path may be long goes, too", async () => {
  const root = await folder();
  const before = process.cwd();
  const name = "d".repeat(200);
  try {
    process.chdir(root);
    for (let depth = 0; depth < 30; depth += 1) {
      await mkdir(name);
      process.chdir(name);
    }
    await writeFile("file", "x");
  } finally {
    process.chdir(before);
  }
  expect(await removeTree(join(root, name))).toBe(true);
  expect(await readdir(root)).toEqual([]);
});
