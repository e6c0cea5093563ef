import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findInputs } from "../../../scripts/submit/inputs.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "fleet-inputs-"));
  folders.push(folder);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "x");
  }
  return folder;
}

test("a directory yields its files recursively and sorted, named relative to it", async () => {
  const folder = folderWith("b.jpg", "a/z.jpg", "a/b/c d.jpg", "Ä+.jpg", "B.jpg");
  const { inputs } = await findInputs([folder]);
  expect(inputs.map(({ relative }) => relative)).toEqual([
    "B.jpg",
    "a/b/c d.jpg",
    "a/z.jpg",
    "b.jpg",
    "Ä+.jpg",
  ]);
  expect(inputs[1]?.path).toBe(join(folder, "a/b/c d.jpg"));
});

test("files that are named themselves keep their own names, in the order named", async () => {
  const folder = folderWith("a.jpg", "deep/b.jpg");
  const { inputs } = await findInputs([join(folder, "deep/b.jpg"), join(folder, "a.jpg")]);
  expect(inputs.map(({ relative }) => relative)).toEqual(["b.jpg", "a.jpg"]);
});

test("in a directory, dot files and links to directories are left out and links to files are followed", async () => {
  const folder = folderWith("a.jpg", ".DS_Store", ".git/config", "deep/b.jpg");
  symlinkSync(join(folder, "a.jpg"), join(folder, "link.jpg"));
  symlinkSync(folder, join(folder, "deep/loop"));
  symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));
  const { inputs } = await findInputs([folder]);
  expect(inputs.map(({ relative }) => relative)).toEqual(["a.jpg", "deep/b.jpg", "link.jpg"]);
});

test("what systems leave in folders is left out and counted, whatever its case and place", async () => {
  const junk = [
    ".DS_Store",
    "sub/Thumbs.db",
    "sub/Desktop.ini",
    "sub/._a.jpg",
    "__MACOSX/._a.jpg",
    "__MACOSX/b/c.jpg",
  ];
  const folder = folderWith("a.jpg", ".gitignore", "sub/b.jpg", ...junk);
  const { inputs, junk: left } = await findInputs([folder]);
  expect(inputs.map(({ relative }) => relative)).toEqual(["a.jpg", "sub/b.jpg"]);
  expect(left).toBe(junk.length);
});

test("a directory of nothing else has no files; junk that is named itself is an input", async () => {
  const folder = folderWith("Thumbs.db");
  await expect(findInputs([folder])).rejects.toThrow(/without files/);
  expect((await findInputs([join(folder, "Thumbs.db")])).inputs).toHaveLength(1);
});

test("one error names everything that cannot be used", async () => {
  const folder = folderWith("empty/.keep", "a.jpg");
  const [missing, empty, below] = ["missing.jpg", "empty", "a.jpg/b.jpg"].map((name) => join(folder, name));
  const found = findInputs([missing, join(folder, "a.jpg"), empty, below, "/dev/null"].map(String));
  await expect(found).rejects.toThrow(InvalidSettings);
  await expect(found).rejects.toMatchObject({
    problems: [
      `${missing} does not exist`,
      `${empty} is a directory without files`,
      `${below} does not exist`,
      "/dev/null is neither a file nor a directory",
    ],
  });
});
