import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isPicture } from "../../../scripts/submit/picture-file.ts";
import { cornersPicture } from "../../support/pictures/pictures.ts";

async function fileWith(name: string, content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "picture-file-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test.each(["damaged.jpg", "PHOTO.HEIC", "drawing.svg", "moving.apng"])(
  "%s is meant as a picture, whatever it contains, so that a person hears why it is refused",
  async (name) => expect(await isPicture(await fileWith(name, "not a picture"))).toBe(true),
);

test("a picture without an extension is recognised by its first bytes", async () => {
  const bytes = await cornersPicture(8, 8).png().toBuffer();
  expect(await isPicture(await fileWith("scan", bytes))).toBe(true);
});

test.each(["report.pdf", "story.docx", "empty"])("%s is another file", async (name) => {
  expect(await isPicture(await fileWith(name, name === "empty" ? "" : "text"))).toBe(false);
});

test("a file counts as a picture by its name or its first bytes", async () => {
  expect(await isPicture(await fileWith("broken.JPG", "no picture"))).toBe(true);
  expect(await isPicture(await fileWith("unnamed", Buffer.from("\x89PNG\r\n\x1a\n", "latin1")))).toBe(true);
  expect(await isPicture(await fileWith("notes.txt", "notes"))).toBe(false);
  expect(await isPicture(await fileWith("empty", ""))).toBe(false);
});
