// HEIC pictures in a real sandbox child: files of our own, as phones and cameras write them, and broken ones.
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { cornerColours, decoded, decodeRaw, distance } from "../../../../../support/pictures/decode.ts";
import {
  auxiliary,
  box,
  grid,
  heic,
  property,
  sequence,
  still,
  urns,
} from "../../../../../support/pictures/heic.ts";
import { streams } from "../../../../../support/pictures/heic-streams.ts";
import { type Colour, corners, cornersPicture } from "../../../../../support/pictures/pictures.ts";
import { silent } from "../../../../../support/sandbox.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["decode-image"] });
});

afterAll(() => sandbox.close());

type Corner = keyof typeof corners;

/** The corners' colours in this order: top left, top right, bottom left, bottom right. */
async function expectColours(bytes: Buffer, wanted: readonly Colour[], tolerance = 4): Promise<void> {
  const found = Object.values(await cornerColours(bytes));
  const near = wanted.map((colour, index) => distance(found[index] ?? [], colour) <= tolerance);
  expect({ near, found }).toMatchObject({ near: wanted.map(() => true) });
}

const colours = (...names: Corner[]) => names.map((name) => corners[name]);
const upright = colours("topLeft", "topRight", "bottomLeft", "bottomRight");
const one = (...properties: Buffer[]) => heic([still(streams.corners, { properties })]);

describe("a HEIC picture", () => {
  test("comes out as JPEG with its colours and without metadata", async () => {
    const { picture, output, metadata } = await decoded(sandbox, heic());
    expect(picture).toMatchObject({ format: "jpeg", width: 400, height: 267, frames: 1 });
    expect([metadata.space, metadata.depth, metadata.exif, metadata.icc]).toEqual([
      "srgb",
      "uchar",
      undefined,
      undefined,
    ]);
    await expectColours(output, upright);
  });

  test.each([
    ["10 bits for each channel", () => heic([still(streams.corners10, { depth: 10 })])],
    ["tiles, as phones store large pictures", () => heic(grid(), { primary: 5 })],
    [
      "a brand that says only that it holds pictures",
      () => heic([still()], { brands: ["mif1", "mif1", "miaf"] }),
    ],
    [
      "a brand that is named after others",
      () => heic([still()], { brands: ["mif1", "mif1", "MiHB", "heix"] }),
    ],
  ])("with %s has its colours", async (_, bytes) => {
    await expectColours((await decoded(sandbox, bytes())).output, upright);
  });

  test.each([
    [1, colours("topRight", "bottomRight", "topLeft", "bottomLeft")],
    [2, colours("bottomRight", "bottomLeft", "topRight", "topLeft")],
    [3, colours("bottomLeft", "topLeft", "bottomRight", "topRight")],
  ])("that is to be turned left %i times comes out turned", async (times, wanted) => {
    const { output, metadata } = await decoded(sandbox, one(property.turn(times)));
    const sides = times === 2 ? [400, 267] : [267, 400];
    expect([metadata.width, metadata.height]).toEqual(sides);
    await expectColours(output, wanted);
  });

  test.each([
    [0, colours("bottomLeft", "bottomRight", "topLeft", "topRight")],
    [1, colours("topRight", "topLeft", "bottomRight", "bottomLeft")],
  ])("that is to be mirrored (axis %i) comes out mirrored", async (axis, wanted) => {
    await expectColours((await decoded(sandbox, one(property.mirror(axis)))).output, wanted);
  });

  test("with transparency becomes a PNG that keeps it", async () => {
    const { picture, output } = await decoded(sandbox, heic([still(), auxiliary(urns.alpha)]));
    expect(picture.format).toBe("png");
    const { topLeft = [], bottomRight = [] } = await cornerColours(output);
    expect([topLeft[3], bottomRight[3]]).toEqual([255, 0]);
    expect(distance(topLeft, corners.topLeft)).toBeLessThanOrEqual(4);
  });

  test("with a gain map for bright screens is shown as on a usual screen, and nothing is said", async () => {
    const { answer, output = Buffer.alloc(0) } = await decodeRaw(
      sandbox,
      heic([still(), auxiliary(urns.gainMap)]),
    );
    expect(answer).toMatchObject({ outcome: "decoded", notes: [] });
    await expectColours(output, upright);
  });

  test("larger than twice the result keeps its proportions and colours", async () => {
    const { output, metadata } = await decodedInto(40, heic(grid(), { primary: 5 }));
    expect([metadata.width, metadata.height]).toEqual([40, 40]);
    await expectColours(output, upright, 8);
  });
});

/** Decodes into a small box. */
async function decodedInto(side: number, bytes: Buffer) {
  const { answer, output } = await decodeRaw(sandbox, bytes, {}, side);
  if (output === undefined) throw new Error(JSON.stringify(answer));
  return { output, metadata: await sharp(output).metadata() };
}

describe("colours", () => {
  /** What a profile of sharp's makes of the corners, for comparison. */
  async function through(profile: string): Promise<Colour[]> {
    const { icc } = await sharp(
      await cornersPicture(8, 8).withIccProfile(profile).jpeg().toBuffer(),
    ).metadata();
    const { output } = await decoded(sandbox, one(property.profile(icc ?? Buffer.alloc(0))));
    return Object.values(await cornerColours(output)) as unknown as Colour[];
  }

  test("that a profile describes are translated by it", async () => {
    const [red = [0, 0, 0]] = await through("p3");
    // Display P3 shows 220, 40, 40 as a redder red than sRGB can; its green and blue go down.
    expect(red[0]).toBeGreaterThan(232);
    expect(red[1]).toBeLessThan(15);
  });

  test("that code points describe come out as by the profile of the same colours", async () => {
    const { output } = await decoded(sandbox, one(property.coded(12, 13)));
    await expectColours(output, await through("p3"), 6);
    expect((await cornerColours(output)).topLeft?.[0]).toBeGreaterThan(232);
  });

  test("of sRGB's code points stay as they are, and so do unknown ones", async () => {
    await expectColours((await decoded(sandbox, one(property.coded(1, 13)))).output, upright);
    await expectColours((await decoded(sandbox, one(property.coded(2, 2)))).output, upright);
  });

  test.each([
    ["PQ", 16],
    ["HLG", 18],
  ])(
    "of an HDR picture (%s) keep their order of brightness and are neither black nor white",
    async (_, transfer) => {
      const { output } = await decoded(sandbox, one(property.coded(9, transfer)));
      const { topLeft = [], topRight = [], bottomLeft = [], bottomRight = [] } = await cornerColours(output);
      const [red, green, blue] = [topLeft, topRight, bottomLeft].map((colour) =>
        colour.indexOf(Math.max(...colour)),
      );
      expect([red, green, blue]).toEqual([0, 1, 2]);
      // The primaries are wider and the curve is another one, so nothing may come out as if it were sRGB.
      expect(distance(topLeft, corners.topLeft)).toBeGreaterThan(15);
      expect(Math.min(...bottomRight.slice(0, 2))).toBeGreaterThan(100);
      for (const colour of [topLeft, topRight, bottomLeft]) expect(Math.min(...colour)).toBeLessThan(100);
    },
  );
});

describe("a file of several pictures", () => {
  const other = () => still(streams.tile0, { width: 64, height: 64 });

  test("gives its primary one, as a burst means it, and tells of the others", async () => {
    const { answer, output = Buffer.alloc(0) } = await decodeRaw(
      sandbox,
      heic([other(), still(), other()], { primary: 2 }),
    );
    expect(answer).toMatchObject({
      notes: [{ code: "other-pictures", text: expect.stringContaining("2 more pictures") }],
    });
    await expectColours(output, upright);
  });

  test("that is a sequence gives its first frame and says so", async () => {
    const { answer, output = Buffer.alloc(0) } = await decodeRaw(sandbox, sequence());
    expect(answer).toMatchObject({ outcome: "decoded", notes: [{ code: "first-frame" }] });
    await expectColours(output, upright);
  });
});

describe("refused", () => {
  const huge = { width: 60_000, height: 1_000 };

  test.each([
    ["a truncated one", "corrupt", () => heic().subarray(0, -20)],
    [
      "a tile that is missing",
      "corrupt",
      () => heic(grid().with(2, still(Buffer.alloc(0), { width: 64, height: 64 })), { primary: 5 }),
    ],
    [
      "a size that is a lie",
      "corrupt",
      () => heic([still(streams.corners, { width: 6_000, height: 5_000 })]),
    ],
    ["nothing behind the brand", "corrupt", () => heic().subarray(0, 28)],
    ["too many pixels", "too-many-pixels", () => heic([still(streams.corners, huge)])],
    [
      "another coding",
      "unsupported-coding",
      () => heic([{ ...still(), type: "avc1", properties: [avcC, property.size(96, 64)] }]),
    ],
  ])("is %s, as %s", async (_, code, bytes) => {
    const { answer, output } = await decodeRaw(sandbox, bytes());
    expect(answer).toMatchObject({ outcome: "refused", code });
    expect(output).toBeUndefined();
  });

  const avcC = box("avcC", Buffer.from("0142c01effe1000467420000010002680a", "hex"));
});

test("a hundred pictures by one child need no more memory than a few", async () => {
  const limits = { memoryBytes: 200 * 1024 ** 2 };
  for (let count = 0; count < 100; count += 1) {
    const { answer } = await decodeRaw(sandbox, heic(grid(), { primary: 5 }), limits);
    expect(answer.outcome).toBe("decoded");
  }
});
