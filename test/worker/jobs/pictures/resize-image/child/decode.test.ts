// The task `decode-image` in a real sandbox child: orientation, colours, sizes, metadata and refusals.
import type { Buffer } from "node:buffer";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { contentTypes } from "../../../../../../worker/jobs/pictures/resize-image/picture-format.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { cornerColours, decoded, decodeRaw, distance } from "../../../../../support/pictures/decode.ts";
import { hostileFiles } from "../../../../../support/pictures/hostile.ts";
import { oddPictures } from "../../../../../support/pictures/odd.ts";
import {
  type Colour,
  corners,
  cornersPicture,
  moving,
  oriented,
  secret,
  withMetadata,
} from "../../../../../support/pictures/pictures.ts";
import { blackPng } from "../../../../../support/pictures/png.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["decode-image"] });
});

afterAll(() => sandbox.close());

/** Every corner has its colour, with tolerance for lossy formats. */
async function expectCorners(bytes: Buffer, tolerance = 20): Promise<void> {
  const found = await cornerColours(bytes);
  for (const [name, colour] of Object.entries(corners)) {
    expect({
      name,
      near: distance(found[name] ?? [], colour) <= tolerance,
      found: found[name],
    }).toMatchObject({
      name,
      near: true,
    });
  }
}

const picture = (width = 800, height = 600) => cornersPicture(width, height);

describe("formats", () => {
  test.each([
    ["JPEG", "jpeg", () => picture().jpeg().toBuffer()],
    ["progressive JPEG", "jpeg", () => picture().jpeg({ progressive: true }).toBuffer()],
    ["CMYK JPEG", "jpeg", () => picture().toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer()],
    ["PNG", "png", () => picture().png().toBuffer()],
    ["interlaced PNG", "png", () => picture().png({ progressive: true }).toBuffer()],
    ["palette PNG", "png", () => picture().png({ palette: true, colours: 8 }).toBuffer()],
    ["16-bit PNG", "png", () => picture().toColourspace("rgb16").png().toBuffer()],
    ["WebP", "webp", () => picture().webp().toBuffer()],
    ["lossless WebP", "webp", () => picture().webp({ lossless: true }).toBuffer()],
    ["AVIF", "avif", () => picture().avif({ effort: 0 }).toBuffer()],
    ["GIF", "png", () => picture().gif().toBuffer()],
    ["TIFF", "jpeg", () => picture().tiff().toBuffer()],
    ["tiled TIFF", "jpeg", () => picture().tiff({ tile: true, compression: "deflate" }).toBuffer()],
    ["Lab TIFF", "jpeg", () => picture().toColourspace("lab").tiff().toBuffer()],
  ] as const)("a %s comes out as %s, 400 wide, with its colours", async (name, format, make) => {
    const { picture, output, metadata } = await decoded(sandbox, await make());
    expect(picture).toMatchObject({ format, width: 400, height: 300, frames: 1, bytes: output.length });
    expect(metadata).toMatchObject({
      mediaType: contentTypes[format],
      width: 400,
      height: 300,
      space: "srgb",
      depth: "uchar",
    });
    await expectCorners(output, name === "CMYK JPEG" ? 90 : 20);
  });

  test("a wide-gamut picture shows the same colours without its profile", async () => {
    for (const make of [
      () => picture().withIccProfile("p3").jpeg({ quality: 95 }).toBuffer(),
      () => picture().toColourspace("rgb16").withIccProfile("p3").png().toBuffer(),
      () => picture().toColourspace("rgb16").withIccProfile("srgb").png().toBuffer(),
    ]) {
      const { output, metadata } = await decoded(sandbox, await make());
      expect(metadata.hasProfile).toBe(false);
      await expectCorners(output);
    }
  });

  test("grey pictures stay grey", async () => {
    const grey = await picture().greyscale().toColourspace("b-w").jpeg().toBuffer();
    const { output } = await decoded(sandbox, grey);
    const { topLeft = [] } = await cornerColours(output);
    expect(Math.max(...topLeft) - Math.min(...topLeft)).toBeLessThanOrEqual(2);
  });

  test.each([
    ["PNG", "png", () => cornersPicture(800, 600, { alpha: true }).png().toBuffer()],
    ["WebP", "webp", () => cornersPicture(800, 600, { alpha: true }).webp().toBuffer()],
    ["AVIF", "avif", () => cornersPicture(800, 600, { alpha: true }).avif({ effort: 0 }).toBuffer()],
    [
      "TIFF",
      "png",
      () => cornersPicture(800, 600, { alpha: true }).tiff({ compression: "deflate" }).toBuffer(),
    ],
    ["GIF", "png", () => cornersPicture(800, 600, { alpha: true }).gif().toBuffer()],
  ] as const)("a %s keeps its transparency", async (_, format, make) => {
    const { picture, output } = await decoded(sandbox, await make());
    expect(picture.format).toBe(format);
    const { topLeft = [], bottomRight = [] } = await cornerColours(output);
    expect([topLeft[3], bottomRight[3]]).toEqual([255, 0]);
  });
});

describe("sizes", () => {
  test.each([
    [800, 600, 400, 300],
    [600, 800, 300, 400],
    [500, 500, 400, 400],
    [100, 50, 400, 200],
    [1, 1, 400, 400],
    [3, 2, 400, 267],
    [1, 5000, 1, 400],
    [5000, 1, 400, 1],
    [10000, 3, 400, 1],
    [401, 400, 400, 399],
    [1001, 753, 400, 301],
    [3024, 4032, 300, 400],
  ])("%i x %i becomes %i x %i", async (width, height, toWidth, toHeight) => {
    const { metadata } = await decoded(sandbox, await cornersPicture(width, height).jpeg().toBuffer());
    expect([metadata.width, metadata.height]).toEqual([toWidth, toHeight]);
  });

  test("a picture that already fits the box keeps every pixel", async () => {
    const pixels = await cornersPicture(400, 300).png().toBuffer();
    const { output } = await decoded(sandbox, pixels);
    expect(await sharp(output).raw().toBuffer()).toEqual(await sharp(pixels).raw().toBuffer());
  });

  test("an enlarged edge is smooth, not blocks", async () => {
    const { output } = await decoded(sandbox, await cornersPicture(4, 4).png().toBuffer());
    const row = await sharp(output).extract({ left: 0, top: 10, width: 400, height: 1 }).raw().toBuffer();
    const reds = new Set(Array.from({ length: 400 }, (_, x) => row[x * 3]));
    expect(reds.size).toBeGreaterThan(10);
  });
});

describe("orientation and metadata", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("EXIF orientation %i comes out upright", async (orientation) => {
    const { output, metadata } = await decoded(sandbox, await oriented(orientation, 600, 300));
    expect([metadata.width, metadata.height, metadata.orientation]).toEqual([400, 200, undefined]);
    await expectCorners(output, 30);
  });

  test("a picture of the box's size is still rotated and stripped of metadata", async () => {
    const { output, metadata } = await decoded(sandbox, await oriented(6, 400, 300));
    expect([metadata.width, metadata.height, metadata.exif]).toEqual([400, 300, undefined]);
    await expectCorners(output, 30);
  });

  test("location, description, comment, XMP and profile are removed from the bytes", async () => {
    const source = await withMetadata();
    expect(source.includes(secret)).toBe(true);
    const { output, metadata } = await decoded(sandbox, source);
    for (const word of [secret, "Exif", "ns.adobe.com", "ICC_PROFILE", "Photoshop"]) {
      expect({ word, found: output.includes(word) }).toEqual({ word, found: false });
    }
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.icc, metadata.comments]).toEqual(
      Array(5).fill(undefined),
    );
  });
});

describe("animations", () => {
  const frames: Colour[] = [corners.topLeft, corners.topRight, corners.bottomLeft];

  test.each(["gif", "webp"] as const)(
    "a moving %s becomes a moving WebP with its delays and loops",
    async (format) => {
      const source = await moving(format, frames, { delay: [100, 250, 400], loop: 3 });
      const { picture, output, metadata } = await decoded(sandbox, source);
      expect(picture).toMatchObject({ format: "webp", width: 400, height: 300, frames: 3 });
      expect(metadata).toMatchObject({ pages: 3, pageHeight: 300, delay: [100, 250, 400], loop: 3 });
      for (const [page, colour] of frames.entries()) {
        const frame = await sharp(output, { page }).png().toBuffer();
        expect(distance((await cornerColours(frame)).topLeft ?? [], colour)).toBeLessThanOrEqual(20);
      }
    },
  );

  test("repeated frames may become one frame that is shown for longer", async () => {
    const still = [corners.topLeft, corners.topLeft, corners.topRight];
    const { metadata } = await decoded(sandbox, await moving("gif", still, { delay: 100 }));
    expect((metadata.delay ?? []).reduce((sum, delay) => sum + delay, 0)).toBe(300);
  });

  test("an animation whose frames are all the same is accepted", async () => {
    const still = [corners.topLeft, corners.topLeft];
    const { metadata } = await decoded(sandbox, await moving("gif", still));
    expect([metadata.width, metadata.pageHeight ?? metadata.height]).toEqual([400, 300]);
  });

  test("too many frames are refused", async () => {
    const many = Array.from({ length: 501 }, (_, index): Colour => [index % 256, 0, index >> 8]);
    const { answer } = await decodeRaw(sandbox, await moving("gif", many, { width: 2, height: 2 }));
    expect(answer).toMatchObject({
      outcome: "refused",
      code: "too-many-frames",
      reason: expect.stringContaining("501"),
    });
  });

  test("the pixel limit applies to all frames together", async () => {
    const source = await moving("gif", frames, { width: 50, height: 50 });
    const { answer } = await decodeRaw(sandbox, source, { pixels: 3 * 50 * 50 - 1 });
    expect(answer).toMatchObject({ outcome: "refused", code: "too-many-pixels" });
  });
});

test.each(oddPictures.map(({ name, bytes }) => [name, bytes] as const))(
  "%s comes out with one side of 400 and nothing but pixels",
  async (_, bytes) => {
    const { metadata } = await decoded(sandbox, await bytes());
    const { width, height, pageHeight = height } = metadata;
    expect(Math.max(width, pageHeight)).toBe(400);
    expect([metadata.exif, metadata.icc, metadata.xmp, metadata.iptc, metadata.orientation]).toEqual(
      Array(5).fill(undefined),
    );
  },
);

describe("refusals", () => {
  let fresh: Sandbox;

  beforeAll(async () => {
    fresh = await createDecodeSandbox({ size: 1, spares: 0, log: silent, preload: ["decode-image"] });
  });

  afterAll(() => fresh.close());

  // A child itself needs about 90 MB. A refusal must not need memory for a whole picture in addition.
  const limits = { memoryBytes: 160 * 1024 ** 2 };

  test.each(hostileFiles.map((file) => [file.name, file] as const))(
    "%s is refused for what it is, in little memory",
    async (_, { code, bytes }) => {
      const { answer, output } = await decodeRaw(fresh, await bytes(), limits);
      expect(answer).toMatchObject({ outcome: "refused", code });
      expect(output).toBeUndefined();
    },
  );

  test("the memory limit above is effective", async () => {
    const large = blackPng({ width: 7000, height: 7000, bitDepth: 8, colourType: 6, interlaced: true });
    await expect(decodeRaw(fresh, large, limits)).rejects.toMatchObject({ reason: "memory" });
  });
});
