// Completed means whole: what a file has beyond one plain picture is kept, or told, or the reason of a refusal. In a real child.
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type FlatFrame, movingPng } from "../../../../../support/pictures/apng.ts";
import { cornerColours, decoded, decodeRaw, distance } from "../../../../../support/pictures/decode.ts";
import {
  type Colour,
  corners,
  cornersPicture,
  cornersPixels,
  moving,
  noise,
} from "../../../../../support/pictures/pictures.ts";
import { pngChunk } from "../../../../../support/pictures/png.ts";
import { type TiffPage, tiff } from "../../../../../support/pictures/tiff.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["decode-image"] });
});

afterAll(() => sandbox.close());

const upright = [corners.topLeft, corners.topRight, corners.bottomLeft, corners.bottomRight];

async function expectColours(
  bytes: Buffer | undefined,
  wanted: readonly Colour[],
  tolerance = 4,
): Promise<void> {
  const found = Object.values(await cornerColours(bytes ?? Buffer.alloc(0)));
  const near = wanted.map((colour, index) => distance(found[index] ?? [], colour) <= tolerance);
  expect({ near, found }).toMatchObject({ near: wanted.map(() => true) });
}

describe("a moving PNG", () => {
  const flat = (colour: Colour, rest: Partial<FlatFrame> = {}): FlatFrame => ({ colour, ...rest });
  const { topLeft: red, topRight: green, bottomLeft: blue } = corners;

  /** The first pixels of all frames, with alpha, and the place in the middle. */
  async function framesOf(output: Buffer): Promise<{ corner: number[]; middle: number[] }[]> {
    const { pages = 1 } = await sharp(output).metadata();
    return await Promise.all(
      Array.from({ length: pages }, async (_, page) => {
        const { data, info } = await sharp(output, { page })
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 4).subarray(0, 4)];
        return {
          corner: at(Math.floor(info.width / 10), Math.floor(info.height / 10)),
          middle: at(info.width >> 1, info.height >> 1),
        };
      }),
    );
  }

  const near = (found: number[] | undefined, colour: Colour) => distance(found ?? [], colour) <= 12;

  test("keeps its frames, delays and loops as WebP", async () => {
    const source = await movingPng(
      [flat(red, { delayMs: 100 }), flat(green, { delayMs: 250 }), flat(blue, { delayMs: 400 })],
      { loop: 3 },
    );
    const { picture, output, metadata } = await decoded(sandbox, source);
    expect(picture).toMatchObject({ format: "webp", width: 400, height: 300, frames: 3 });
    expect(metadata).toMatchObject({ pages: 3, pageHeight: 300, delay: [100, 250, 400], loop: 3 });
    const frames = await framesOf(output);
    expect([red, green, blue].map((colour, index) => near(frames[index]?.corner, colour))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("lays small frames over what is there, and clears or restores their place", async () => {
    const small = { width: 20, height: 14, left: 10, top: 8 };
    const frames = [
      flat(red),
      flat(green, { ...small, dispose: 2 }),
      flat(blue, { ...small, dispose: 1 }),
      flat(green, { width: 10, height: 30 }),
    ];
    const seen = await framesOf((await decoded(sandbox, await movingPng(frames))).output);
    expect(
      seen.map(({ middle }) => [near(middle, red), near(middle, green), near(middle, blue), middle[3]]),
    ).toEqual([
      [true, false, false, 255],
      [false, true, false, 255],
      [false, false, true, 255],
      [expect.any(Boolean), false, false, 0],
    ]);
    expect(seen.map(({ corner }) => [near(corner, red), near(corner, green)])).toEqual([
      [true, false],
      [true, false],
      [true, false],
      [false, true],
    ]);
  });

  test("mixes half transparent frames with those before", async () => {
    const frames = [flat([200, 0, 0]), flat([0, 200, 0], { alpha: 128, blend: 1 })];
    const [, second] = await framesOf((await decoded(sandbox, await movingPng(frames))).output);
    expect(distance(second?.middle ?? [], [100, 100, 0])).toBeLessThanOrEqual(12);
    expect(second?.middle[3]).toBe(255);
  });

  test("leaves out the picture for programs that know no animation", async () => {
    const source = await movingPng([flat(red), flat(green)], { still: blue });
    const seen = await framesOf((await decoded(sandbox, source)).output);
    expect(seen.map(({ corner }) => near(corner, blue))).toEqual([false, false]);
  });

  test("keeps its frames behind texts and profiles of any length", async () => {
    const source = await movingPng([flat(red), flat(green)]);
    const afterHeader = 33;
    for (const bytes of [100, 8150, 9000, 100_000]) {
      const text = pngChunk("tEXt", Buffer.concat([Buffer.from("Comment\0"), Buffer.alloc(bytes, "a")]));
      const long = Buffer.concat([source.subarray(0, afterHeader), text, source.subarray(afterHeader)]);
      expect((await decoded(sandbox, long)).picture).toMatchObject({ format: "webp", frames: 2 });
    }
  });

  test("of one frame is a PNG", async () => {
    expect((await decoded(sandbox, await movingPng([flat(red)]))).picture).toMatchObject({
      format: "png",
      frames: 1,
    });
  });

  test("that is large comes out in proportion", async () => {
    const source = await movingPng([flat(red), flat(green, { width: 300, left: 900 })], {
      width: 1200,
      height: 600,
    });
    const { metadata } = await decoded(sandbox, source);
    expect(metadata).toMatchObject({ width: 400, pageHeight: 200, pages: 2 });
  });

  test.each([
    ["corrupt", "has fewer frames than it says", () => movingPng([flat(red), flat(green)], { count: 3 })],
    ["corrupt", "has a frame beyond its edge", () => movingPng([flat(red), flat(green, { left: 1 })])],
    ["corrupt", "is cut", async () => (await movingPng([flat(red), flat(green)])).subarray(0, -20)],
    ["too-many-frames", "has too many frames", () => movingPng([flat(red), flat(green)], { count: 501 })],
    [
      "too-many-pixels",
      "has too many pixels in all",
      () => movingPng([flat(red), flat(green)], { width: 6000, height: 5000, count: 2 }),
    ],
  ])("is refused as %s if it %s", async (code, _, make) => {
    const { answer, output } = await decodeRaw(sandbox, await make());
    expect(answer).toMatchObject({ outcome: "refused", code });
    expect(output).toBeUndefined();
  });
});

const rgb = cornersPixels(80, 60);
const page: TiffPage = { width: 80, height: 60, bits: 8, photometric: 2, samples: 3, data: rgb };
const grey: TiffPage = { ...page, photometric: 1, samples: 1, data: Buffer.alloc(80 * 60, 90) };

/** The same pixels as other numbers. */
function numbers(bytesEach: number, write: (out: Buffer, value: number, at: number) => unknown): Buffer {
  const out = Buffer.alloc(rgb.length * bytesEach);
  for (const [index, value] of rgb.entries()) write(out, value, index * bytesEach);
  return out;
}

const linear = (value: number) =>
  value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;

describe("a TIFF", () => {
  test("of several pages gives the first, and tells how many there are", async () => {
    const { answer, output } = await decodeRaw(sandbox, tiff([page, grey, grey]));
    expect(answer).toMatchObject({
      notes: [{ code: "further-pages", text: expect.stringContaining("3 pages") }],
    });
    await expectColours(output, upright);
  });

  test("whose first page is a small copy or a mask gives the picture itself, and nothing is told", async () => {
    const { answer, output } = await decodeRaw(
      sandbox,
      tiff([{ ...grey, kind: 1 }, { ...grey, kind: 4 }, page]),
    );
    expect(answer).toMatchObject({ outcome: "decoded", notes: [] });
    await expectColours(output, upright);
  });

  test.each([
    ["16 bits", { bits: 16, data: numbers(2, (out, value, at) => out.writeUInt16LE(value * 257, at)) }],
    [
      "floating point",
      { bits: 32, format: 3, data: numbers(4, (out, value, at) => out.writeFloatLE(linear(value), at)) },
    ],
  ])("of %s has its colours", async (_, other) => {
    await expectColours((await decoded(sandbox, tiff([{ ...page, ...other }]))).output, upright);
  });

  test("of half precision has its colours", async () => {
    const data = numbers(2, (out, value, at) => out.writeUInt16LE(half(linear(value)), at));
    await expectColours(
      (await decoded(sandbox, tiff([{ ...page, bits: 16, format: 3, data }]))).output,
      upright,
    );
  });

  test("of CMYK with 8 or 16 bits is neither black nor white", async () => {
    for (const [bits, depth] of [
      [8, "uchar"],
      [16, "ushort"],
    ] as const) {
      const cmyk = await cornersPicture(80, 60).toColourspace("cmyk").raw({ depth: "uchar" }).toBuffer();
      const wide = Buffer.from(Uint16Array.from(cmyk, (value) => value * 257).buffer);
      const data = depth === "uchar" ? cmyk : wide;
      const { output } = await decoded(sandbox, tiff([{ ...page, bits, photometric: 5, samples: 4, data }]));
      await expectColours(output, upright, 90);
    }
  });

  const floats = numbers(4, (out, value, at) => out.writeFloatLE(value, at));
  test.each<[string, Partial<TiffPage>, RegExp]>([
    ["12 bits", { bits: 12, data: Buffer.alloc(80 * 60 * 5) }, /3 x 12-bit numbers .*RGB/],
    ["32 bits", { bits: 32, data: numbers(4, () => {}) }, /32-bit numbers/],
    ["signed numbers", { bits: 16, format: 2, data: numbers(2, () => {}) }, /16-bit signed numbers/],
    ["double precision", { bits: 64, format: 3, data: numbers(8, () => {}) }, /64-bit floating-point/],
    [
      "grey floating point",
      { bits: 32, format: 3, photometric: 1, samples: 1, data: floats.subarray(0, 80 * 60 * 4) },
      /floating-point.*grey/,
    ],
    ["floating point up to 255", { bits: 32, format: 3, data: floats }, /not 0 to 1/],
    ["L*a*b*", { photometric: 8 }, /L\*a\*b\*/],
    ["five channels", { photometric: 1, samples: 5, data: Buffer.alloc(80 * 60 * 5) }, /5 x 8-bit/],
  ])("of %s is refused with that reason, never black", async (_, other, reason) => {
    const { answer } = await decodeRaw(sandbox, tiff([{ ...page, ...other }]));
    expect(answer).toMatchObject({
      outcome: "refused",
      code: "unsupported-samples",
      reason: expect.stringMatching(reason),
    });
  });

  test("that says something is where no file ends is refused as damaged", async () => {
    // A BigTIFF whose one entry has three numbers of two bytes, elsewhere.
    const big = Buffer.alloc(52);
    big.write("II+\0\x08\0\0\0", "latin1");
    big.writeBigUInt64LE(16n, 8);
    big.writeBigUInt64LE(1n, 16);
    big.writeUInt16LE(258, 24);
    big.writeUInt16LE(3, 26);
    big.writeBigUInt64LE(5n, 28);
    for (const place of [2n ** 40n, 2n ** 53n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      big.writeBigUInt64LE(place, 36);
      const { answer } = await decodeRaw(sandbox, Buffer.from(big));
      expect(answer).toMatchObject({ outcome: "refused", code: "corrupt" });
    }
  });

  test.each<[string, () => Buffer]>([
    ["DNG", () => tiff([{ ...page, more: [[50_706, 0x01040000]] }])],
    ["a sensor's pattern", () => tiff([{ ...grey, photometric: 32_803 }])],
    ["nothing but a small copy and hidden pictures", () => tiff([{ ...page, kind: 1, more: [[330, 8]] }])],
  ])("that is a camera's raw file (%s) is refused with the way out", async (_, bytes) => {
    const { answer } = await decodeRaw(sandbox, bytes());
    expect(answer).toMatchObject({
      outcome: "refused",
      code: "camera-raw",
      reason: expect.stringContaining("JPEG"),
    });
  });
});

/** A number between 0 and 1 as IEEE 754 half precision. */
function half(value: number): number {
  if (value < 2 ** -14) return Math.round(value * 2 ** 24);
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1024);
}

describe("a JPEG", () => {
  const jpeg = async (options = {}) => (await noise(320, 320)).jpeg({ quality: 80, ...options }).toBuffer();

  test("that lacks only its end mark is accepted, and nothing is told", async () => {
    for (const progressive of [false, true]) {
      const { answer } = await decodeRaw(sandbox, (await jpeg({ progressive })).subarray(0, -2));
      expect(answer).toMatchObject({ outcome: "decoded", notes: [] });
    }
  });

  test("whose last rows are missing is accepted, and that is told", async () => {
    const whole = await jpeg();
    const { answer, output } = await decodeRaw(sandbox, whole.subarray(0, Math.floor(whole.length * 0.97)));
    expect(answer).toMatchObject({ outcome: "decoded", notes: [{ code: "ends-early" }] });
    const { topLeft = [] } = await cornerColours(output ?? Buffer.alloc(0));
    expect(topLeft).toHaveLength(3);
  });

  test("whose last rows are missing is accepted also if something has added an end mark", async () => {
    const whole = await jpeg();
    const cut = Buffer.concat([
      whole.subarray(0, Math.floor(whole.length * 0.97)),
      Buffer.from([0xff, 0xd9]),
    ]);
    expect((await decodeRaw(sandbox, cut)).answer).toMatchObject({ notes: [{ code: "ends-early" }] });
  });

  test.each([
    ["a tenth of its rows", 0.9, {}],
    ["half of its rows", 0.5, {}],
    ["its last passes", 0.5, { progressive: true }],
  ])("that lacks %s is refused, with an end mark or without", async (_, part, options) => {
    const whole = await jpeg(options);
    const cut = whole.subarray(0, Math.floor(whole.length * part));
    for (const bytes of [cut, Buffer.concat([cut, Buffer.from([0xff, 0xd9])])])
      expect((await decodeRaw(sandbox, bytes)).answer).toMatchObject({ outcome: "refused", code: "corrupt" });
  });

  test("with a gain map behind it is shown as on a usual screen, and nothing is told", async () => {
    const map = await cornersPicture(40, 30).greyscale().jpeg().toBuffer();
    const bytes = Buffer.concat([await cornersPicture(80, 60).jpeg({ quality: 95 }).toBuffer(), map]);
    const { answer, output } = await decodeRaw(sandbox, bytes);
    expect(answer).toMatchObject({ outcome: "decoded", notes: [] });
    await expectColours(output, upright, 20);
  });
});

test("a moving WebP gives all frames and says nothing; an AVIF of frames alone is refused with the way out", async () => {
  const webp = await decodeRaw(sandbox, await moving("webp", [corners.topLeft, corners.topRight]));
  expect(webp.answer).toMatchObject({ outcome: "decoded", notes: [], pictures: [{ frames: 2 }] });
  const avif = await cornersPicture(80, 60).avif({ effort: 0 }).toBuffer();
  expect((await decodeRaw(sandbox, avif)).answer).toMatchObject({ outcome: "decoded", notes: [] });
  avif.write("avis", 8, "latin1");
  expect((await decodeRaw(sandbox, avif)).answer).toMatchObject({
    outcome: "refused",
    code: "unsupported-coding",
  });
});
