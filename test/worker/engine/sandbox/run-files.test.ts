// Files on their way into a child's directory and back, without a child.
import { chmod, link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fewEntries, maxFiles, moveIn, moveOut } from "../../../../worker/engine/sandbox/run-files.ts";

/** What an act throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** Two folders of one file system, the first with these files. */
async function folders(files: Record<string, string> = {}) {
  const root = await mkdtemp(join(tmpdir(), "run-files-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [from, to] = [join(root, "from"), join(root, "to")];
  await mkdir(from);
  await mkdir(to);
  for (const [name, text] of Object.entries(files)) await writeFile(join(from, name), text);
  return { from, to };
}

test("all files are moved, and their bytes are told", async () => {
  const { from, to } = await folders({ a: "12345", b: "", c: "678" });
  expect(moveIn(from, to)).toBe(8);
  expect([await readdir(from), (await readdir(to)).sort()]).toEqual([[], ["a", "b", "c"]]);
  expect(moveOut("t", to, from)).toBe(8);
  expect([(await readdir(from)).sort(), await readdir(to)]).toEqual([["a", "b", "c"], []]);
});

test("a thousand files may be left, one more is too many and moves none", async () => {
  const { from, to } = await folders();
  await Promise.all(Array.from({ length: maxFiles }, (_, index) => writeFile(join(from, `${index}`), "")));
  expect(fewEntries(from)).toHaveLength(maxFiles);
  await writeFile(join(from, "more"), "");
  expect(thrownBy(() => moveOut("t", from, to))).toMatchObject({
    reason: "output-limit",
    detail: expect.stringContaining("more than 1000 files"),
  });
  expect(await readdir(to)).toEqual([]);
});

test.each([
  ["a folder", (path: string) => mkdir(path)],
  ["a link", (path: string) => symlink("/etc/passwd", path)],
  ["a file with a second name", (path: string, other: string) => link(other, path)],
  [
    "a file that its owner may not read",
    async (path: string) => {
      await writeFile(path, "x");
      await chmod(path, 0o200);
    },
  ],
])("%s is nothing that a task leaves", async (_, leave) => {
  const { from, to } = await folders();
  const outside = join(to, "..", "outside");
  await writeFile(outside, "x");
  await leave(join(from, "left"), outside);
  expect(thrownBy(() => moveOut("t", from, to))).toMatchObject({ reason: "crashed" });
});
