// Windows bitmaps in a real sandbox child, and drawings, which are refused.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { bitmap, cornersBitmap, masks } from "../../../../../support/pictures/bmp.ts";
import { cornerColours, decoded, decodeRaw, distance } from "../../../../../support/pictures/decode.ts";
import { corners } from "../../../../../support/pictures/pictures.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["decode-image"] });
});

afterAll(() => sandbox.close());

const order = ["topLeft", "topRight", "bottomLeft", "bottomRight"] as const;
const palette = masks(
  ...order.map((name) => (corners[name][0] << 16) | (corners[name][1] << 8) | corners[name][2]),
);

/** Eight by eight pixels as numbers of the palette, quarters of one colour each, the bottom row first. */
const indexed = Array.from({ length: 64 }, (_, at) => (at < 32 ? 2 : 0) + (at % 8 < 4 ? 0 : 1));

/** Numbers packed into bytes; rows of eight pixels, padded to four bytes. */
function packed(depth: number): Buffer {
  const rows = Array.from({ length: 8 }, (_, row) => {
    const bits = indexed
      .slice(row * 8, row * 8 + 8)
      .map((n) => n.toString(2).padStart(depth, "0"))
      .join("");
    const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
    return [...bytes, ...Array(-bytes.length & 3).fill(0)];
  });
  return Buffer.from(rows.flat());
}

const colourOf = (number: number) => corners[order[number] ?? "topLeft"];
const fiveBits = (value: number) => Math.round((value * 31) / 255);
const sixteen = (write: (colour: readonly number[]) => number) => {
  const rows = Buffer.alloc(128);
  for (const [at, number] of indexed.entries()) rows.writeUInt16LE(write(colourOf(number)), at * 2);
  return rows;
};
const thirtyTwo = (alpha: number) =>
  masks(
    ...indexed.map(
      (number) =>
        ((alpha << 24) | (colourOf(number)[0] << 16) | (colourOf(number)[1] << 8) | colourOf(number)[2]) >>>
        0,
    ),
  );

const size = { width: 8, height: 8 };
const runs = Buffer.from(
  // Four rows of literal pixels and run lengths with 2 and 3; the same with 0 and 1; the end.
  [
    ...Array(4).fill("0402040300 00".replace(" ", "")),
    ...Array(3).fill("00080000000001010101".concat("0000")),
    "04000401",
    "0001",
  ].join(""),
  "hex",
);
const runs4 = Buffer.from(
  [...Array(4).fill("042204330000"), ...Array(3).fill("0008000011110000"), "04000411", "0001"].join(""),
  "hex",
);

describe("a bitmap", () => {
  test.each<[string, Buffer]>([
    ["24 bits", cornersBitmap(7, 5)],
    ["24 bits and the top row first", flipped()],
    ["32 bits", bitmap({ ...size, depth: 32, rows: thirtyTwo(0) })],
    ["8 bits and a palette", bitmap({ ...size, depth: 8, behind: palette, rows: packed(8) })],
    ["4 bits and a palette", bitmap({ ...size, depth: 4, behind: palette, rows: packed(4) })],
    ["8 bits as run lengths", bitmap({ ...size, depth: 8, compression: 1, behind: palette, rows: runs })],
    ["4 bits as run lengths", bitmap({ ...size, depth: 4, compression: 2, behind: palette, rows: runs4 })],
    [
      "16 bits",
      bitmap({
        ...size,
        depth: 16,
        rows: sixteen(([r = 0, g = 0, b = 0]) => (fiveBits(r) << 10) | (fiveBits(g) << 5) | fiveBits(b)),
      }),
    ],
    [
      "16 bits with masks",
      bitmap({
        ...size,
        depth: 16,
        compression: 3,
        behind: masks(0xf800, 0x7e0, 0x1f),
        rows: sixteen(
          ([r = 0, g = 0, b = 0]) => (fiveBits(r) << 11) | (Math.round((g * 63) / 255) << 5) | fiveBits(b),
        ),
      }),
    ],
  ])("with %s has its colours, as PNG", async (_, bytes) => {
    const { picture, output } = await decoded(sandbox, bytes);
    expect(picture.format).toBe("png");
    const found = await cornerColours(output);
    for (const name of order)
      expect({ name, far: distance(found[name] ?? [], corners[name]) > 10, found }).toMatchObject({
        far: false,
      });
  });

  test("with a mask for alpha keeps its transparency", async () => {
    const behind = masks(0xff0000, 0xff00, 0xff, 0xff000000);
    const { output } = await decoded(
      sandbox,
      bitmap({ ...size, depth: 32, compression: 6, behind, rows: thirtyTwo(0x80) }),
    );
    expect((await cornerColours(output)).topLeft?.[3]).toBe(128);
  });

  test.each<[string, string, Buffer]>([
    ["corrupt", "is cut", cornersBitmap(40, 30).subarray(0, -20)],
    ["corrupt", "has no pixels", bitmap({ width: 0, height: 5, depth: 24, rows: Buffer.alloc(0) })],
    ["corrupt", "has no palette", bitmap({ ...size, depth: 8, rows: packed(8) })],
    [
      "unsupported-coding",
      "holds a JPEG",
      bitmap({ ...size, depth: 24, compression: 4, rows: Buffer.alloc(200) }),
    ],
    [
      "too-many-pixels",
      "is too large",
      bitmap({ width: 60_000, height: 60_000, depth: 1, behind: palette, rows: Buffer.alloc(8) }),
    ],
  ])("is refused as %s if it %s", async (code, _, bytes) => {
    expect((await decodeRaw(sandbox, bytes)).answer).toMatchObject({ outcome: "refused", code });
  });
});

/** The 24-bit picture with its rows turned round, and a negative height that says so. */
function flipped(): Buffer {
  const whole = cornersBitmap(8, 6);
  const rows = Array.from({ length: 6 }, (_, row) => whole.subarray(54 + row * 24, 78 + row * 24)).reverse();
  return bitmap({ width: 8, height: -6, depth: 24, rows: Buffer.concat(rows) });
}

test.each([
  ["plain", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
  [
    "behind declarations",
    "\uFEFF<?xml version='1.0'?>\n<!-- made by hand -->\n<!DOCTYPE svg [<!ENTITY a 'b'>]>\n<svg:svg>",
  ],
])("an SVG drawing (%s) is refused with the way out; a text about one is not called one", async (_, text) => {
  const { answer } = await decodeRaw(sandbox, Buffer.from(text));
  expect(answer).toMatchObject({
    outcome: "refused",
    code: "unsupported-format",
    reason: expect.stringMatching(/SVG.*PNG/),
  });
  const about = await decodeRaw(sandbox, Buffer.from(`About ${text}`));
  expect(about.answer).toMatchObject({
    code: "unsupported-format",
    reason: expect.not.stringContaining("SVG"),
  });
});
