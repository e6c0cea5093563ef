// Sheets drawn in a real sandbox, checked by their pixels.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import type { DrawInput } from "../../../../../../worker/jobs/pictures/contact-sheet/child/contract.ts";
import { type Box, sheetLayout } from "../../../../../../worker/jobs/pictures/contact-sheet/child/layout.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { drawnSheet, type SheetPicture } from "../../../../../support/drawn-sheet.ts";
import { failureOf, silent } from "../../../../../support/sandbox.ts";

const drawUnconfined = fileURLToPath(new URL("../../../../../support/draw-unconfined.ts", import.meta.url));

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["draw-contact-sheet"] });
});
afterAll(() => sandbox.close());

const colours = ["#c81e1e", "#1e8c1e", "#1e1ec8", "#c8b41e", "#8c1ec8", "#1eb4b4", "#d2691e", "#333333"];
const picture = (index: number, width = 400, height = 300) =>
  sharp({ create: { width, height, channels: 3, background: colours[index % colours.length] ?? "red" } });

async function ten(): Promise<SheetPicture[]> {
  return Promise.all(
    Array.from({ length: 10 }, async (_, index) => ({
      name: `picture ${index}.jpg`,
      bytes: await picture(index).png().toBuffer(),
    })),
  );
}

type Pixels = { data: Buffer; width: number; channels: number };
async function pixelsOf(bytes: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, channels: info.channels };
}
function colourAt({ data, width, channels }: Pixels, x: number, y: number): string {
  const at = (y * width + x) * channels;
  return `#${data.subarray(at, at + 3).toString("hex")}`;
}
const middle = ({ left, top, width, height }: Box) => [left + width / 2, top + height / 2] as const;

/** The rows and columns of a box that contain something darker than the background. */
function inkIn({ data, width, channels }: Pixels, box: Box): { pixels: number; left: number; right: number } {
  let [count, left, right] = [0, box.left + box.width, box.left];
  for (let y = box.top; y < box.top + box.height; y += 1)
    for (let x = box.left; x < box.left + box.width; x += 1)
      if ((data[(y * width + x) * channels] ?? 255) < 140) {
        count += 1;
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
  return { pixels: count, left, right };
}

/** Whether two colours look the same, with tolerance for lossy formats. */
const near = (colour: string, wanted: string) =>
  [1, 3, 5].every(
    (at) =>
      Math.abs(
        Number.parseInt(colour.slice(at, at + 2), 16) - Number.parseInt(wanted.slice(at, at + 2), 16),
      ) < 12,
  );

/** Excludes a box from a comparison. */
function blank({ data, width, channels }: Pixels, box: Box): void {
  for (let y = box.top; y < box.top + box.height; y += 1)
    data.fill(0, (y * width + box.left) * channels, (y * width + box.left + box.width) * channels);
}

test("ten pictures are in order on one PNG, each with its caption, under a title", async () => {
  const { bytes, answer } = await drawnSheet(sandbox, await ten());
  const layout = sheetLayout(10);
  expect(await sharp(bytes).metadata()).toMatchObject({
    format: "png",
    width: layout.width,
    height: layout.height,
    hasAlpha: false,
  });
  expect(answer).toEqual({ width: layout.width, height: layout.height, bytes: bytes.length });
  const pixels = await pixelsOf(bytes);
  for (const [index, cell] of layout.cells.entries()) {
    expect(colourAt(pixels, ...middle(cell.picture))).toBe(colours[index % colours.length]);
    expect(inkIn(pixels, cell.caption).pixels).toBeGreaterThan(100);
  }
  expect(inkIn(pixels, layout.title).pixels).toBeGreaterThan(200);
  expect(inkIn(pixels, layout.subtitle).pixels).toBeGreaterThan(100);
});

test("the same pictures and names give the same bytes, in this child and in another", async () => {
  const other = await createDecodeSandbox({ size: 1, log: silent });
  try {
    const pictures = await ten();
    const [once, again] = [await drawnSheet(sandbox, pictures), await drawnSheet(sandbox, pictures)];
    expect(again.bytes.equals(once.bytes)).toBe(true);
    expect((await drawnSheet(other, pictures)).bytes.equals(once.bytes)).toBe(true);
    const [first, ...others] = pictures;
    const renamed = [{ ...first, name: "another.jpg" }, ...others];
    expect((await drawnSheet(sandbox, renamed)).bytes.equals(once.bytes)).toBe(false);
  } finally {
    await other.close();
  }
});

test("the machine's own fonts are not used, even without a sandbox", async () => {
  const pictures = [{ name: "\u5199\u771f \ufdfd \u1f600 \u0e01.png" }];
  const directory = await mkdtemp(join(tmpdir(), "unconfined-"));
  try {
    const input: DrawInput = {
      title: "\u5199",
      subtitle: "s",
      cells: pictures,
      output: join(directory, "sheet.png"),
    };
    await promisify(execFile)(process.execPath, [drawUnconfined, JSON.stringify(input)]);
    const { bytes } = await drawnSheet(sandbox, pictures, input);
    expect(bytes.equals(await readFile(input.output))).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("the place of a missing picture is hatched and has its name; the others keep their places", async () => {
  const pictures = await ten();
  const gone = pictures.map((each, index) => (index === 3 ? { name: each.name } : each));
  const pixels = await pixelsOf((await drawnSheet(sandbox, gone)).bytes);
  const { cells } = sheetLayout(10);
  const place = cells[3]?.picture as Box;
  const row = Array.from({ length: 48 }, (_, x) => colourAt(pixels, place.left + x, place.top + 4));
  expect(new Set(row)).toEqual(new Set(["#eeece7", "#e4e1da"]));
  expect(inkIn(pixels, place).pixels).toBeGreaterThan(50);
  expect(inkIn(pixels, cells[3]?.caption as Box).pixels).toBeGreaterThan(50);
  expect(colourAt(pixels, ...middle(cells[4]?.picture as Box))).toBe(colours[4]);
});

test("portraits, panoramas, animations and every result format fit into their square and stay whole", async () => {
  const moving = await sharp([await picture(2).png().toBuffer(), await picture(5).png().toBuffer()], {
    join: { animated: true },
  })
    .webp({ loop: 0 })
    .toBuffer();
  const pictures = [
    { name: "portrait", bytes: await picture(0, 300, 400).jpeg({ quality: 100 }).toBuffer() },
    { name: "panorama", bytes: await picture(1, 400, 40).webp({ lossless: true }).toBuffer() },
    { name: "moving", bytes: moving },
    { name: "avif", bytes: await picture(3).avif({ lossless: true }).toBuffer() },
    { name: "one pixel wide", bytes: await picture(4, 1, 400).png().toBuffer() },
  ];
  const pixels = await pixelsOf((await drawnSheet(sandbox, pictures)).bytes);
  const { cells } = sheetLayout(5);
  for (const index of [0, 1, 2, 3])
    expect(near(colourAt(pixels, ...middle(cells[index]?.picture as Box)), colours[index] as string)).toBe(
      true,
    );
  const portrait = cells[0]?.picture as Box;
  expect(colourAt(pixels, portrait.left + 2, portrait.top + 2)).toBe("#ffffff");
  expect(near(colourAt(pixels, portrait.left + portrait.width / 2, portrait.top + 1), "#c81e1e")).toBe(true);
});

test("grey, transparent and 16-bit pictures look as on white", async () => {
  const grey = { create: { width: 40, height: 40, channels: 3 as const, background: "#808080" } };
  const half = {
    create: { width: 40, height: 40, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
  };
  const pictures = [
    { name: "grey", bytes: await sharp(grey).greyscale().png().toBuffer() },
    { name: "grey jpeg", bytes: await sharp(grey).greyscale().jpeg().toBuffer() },
    { name: "see-through", bytes: await sharp(half).png().toBuffer() },
    { name: "see-through grey", bytes: await sharp(half).greyscale().png().toBuffer() },
    { name: "16 bit", bytes: await sharp(grey).toColourspace("rgb16").png().toBuffer() },
    { name: "16 bit grey", bytes: await sharp(grey).toColourspace("grey16").png().toBuffer() },
    { name: "palette", bytes: await sharp(grey).png({ palette: true, colours: 2 }).toBuffer() },
  ];
  const pixels = await pixelsOf((await drawnSheet(sandbox, pictures)).bytes);
  const shown = sheetLayout(7).cells.map(({ picture }) => colourAt(pixels, ...middle(picture)));
  for (const [index, colour] of shown.entries())
    expect([pictures[index]?.name, near(colour, "#808080")]).toEqual([pictures[index]?.name, true]);
});

test.each([
  ["markup", '<span size="9000000">&amp;</b><x>.jpg'],
  ["a name of a thousand characters", "W".repeat(1000)],
  ["a direction override", "\u202e\u2066gpj.live"],
  ["a tower of marks", `a${"\u0348\u030d".repeat(300)}.jpg`],
  ["scripts the font lacks", "写真-写真-写真-写真-写真-写真-写真.png"],
  ["nothing", ""],
])("%s as a name stays within its caption's box", async (_, name) => {
  const [first, ...others] = await ten();
  const named = [{ ...first, name }, ...others];
  const plain = [{ ...first, name: "plain" }, ...others];
  const [hostile, harmless] = await Promise.all(
    [named, plain].map(async (pictures) => pixelsOf((await drawnSheet(sandbox, pictures)).bytes)),
  );
  const box = sheetLayout(10).cells[0]?.caption as Box;
  expect(inkIn(hostile as Pixels, box).pixels).toBeGreaterThan(0);
  for (const pixels of [hostile, harmless]) blank(pixels as Pixels, box);
  expect(hostile?.data.equals(harmless?.data as Buffer)).toBe(true);
});

test("an album's long name is shortened within the sheet's width", async () => {
  const title = "a very long folder/".repeat(30);
  const pixels = await pixelsOf((await drawnSheet(sandbox, await ten(), { title })).bytes);
  const { title: box, width } = sheetLayout(10);
  const ink = inkIn(pixels, { ...box, left: 0, width });
  expect(ink.right).toBeLessThan(box.left + box.width);
  expect(ink.right).toBeGreaterThan(width / 2);
});

test("a file that is not a picture fails the run instead of making a sheet", async () => {
  const [first, ...others] = await ten();
  const broken = [{ ...first, name: "broken", bytes: Buffer.from("not a picture") }, ...others];
  expect(await failureOf(drawnSheet(sandbox, broken))).toMatchObject({ reason: "task-error" });
});
