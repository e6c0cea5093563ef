// The directories of runs, without a child.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runDirectories } from "../../../../worker/engine/sandbox/run-directories.ts";

function directories() {
  const root = mkdtempSync(join(tmpdir(), "run-directories-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return { root, next: runDirectories(root) };
}

test("a directory is used again, empty, private and under a name of its own", async () => {
  const { root, next } = directories();
  const names = new Set<string>();
  for (let run = 0; run < 20; run += 1) {
    await using directory = next();
    expect(readdirSync(directory.path)).toEqual([]);
    expect(statSync(directory.path).mode & 0o777).toBe(0o700);
    writeFileSync(join(directory.path, "source"), "x");
    names.add(directory.path);
  }
  expect(names.size).toBe(20);
  expect(readdirSync(root)).toHaveLength(1);
});

test("what is left of a run can no longer write to its directory nor read the next run's files", async () => {
  const { next } = directories();
  const first = next();
  await first[Symbol.asyncDispose]();
  await using second = next();
  writeFileSync(join(second.path, "source"), "second");
  expect(() => writeFileSync(join(first.path, "stray"), "first")).toThrow("ENOENT");
  expect(() => readFileSync(join(first.path, "source"))).toThrow("ENOENT");
  expect(readdirSync(second.path)).toEqual(["source"]);
});

test("two runs never share a directory, even when one is disposed twice", async () => {
  const { next } = directories();
  const first = next();
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await using second = next();
  await using third = next();
  expect(second.path).not.toBe(third.path);
  writeFileSync(join(second.path, "a"), "");
  expect(readdirSync(third.path)).toEqual([]);
});

test("a directory with something unexpected in it is removed, not used again", async () => {
  const { root, next } = directories();
  const directory = next();
  await mkdir(join(directory.path, "folder", "deep"), { recursive: true });
  await directory[Symbol.asyncDispose]();
  expect(readdirSync(root)).toEqual([]);
  await using after = next();
  expect(readdirSync(after.path)).toEqual([]);
});
