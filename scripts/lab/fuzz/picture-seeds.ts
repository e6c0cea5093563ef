// The seeds of the suites `heic` and `readers`. Those of `pictures` stay as they are: the numbers of its runs would mean other inputs.
import sharp from "sharp";
import { movingPng } from "../../../test/support/pictures/apng.ts";
import { bitmap, cornersBitmap, masks } from "../../../test/support/pictures/bmp.ts";
import {
  auxiliary,
  grid,
  heic,
  property,
  sequence,
  still,
  urns,
} from "../../../test/support/pictures/heic.ts";
import { streams } from "../../../test/support/pictures/heic-streams.ts";
import { corners, cornersPicture } from "../../../test/support/pictures/pictures.ts";

/** Pictures of phones: plain, in tiles, turned, with colours described in every way, with what belongs to them, moving. */
export async function heicSeeds(): Promise<Buffer[]> {
  const { icc = Buffer.alloc(0) } = await sharp(
    await cornersPicture(8, 8).withIccProfile("p3").jpeg().toBuffer(),
  ).metadata();
  const one = (...properties: Buffer[]) => heic([still(streams.corners, { properties })]);
  return [
    one(),
    one(property.turn(1), property.mirror(0)),
    one(property.coded(9, 16)),
    one(property.profile(icc)),
    heic([still(streams.corners10, { depth: 10, properties: [property.coded(12, 13)] })]),
    heic(grid([property.turn(3)]), { primary: 5 }),
    heic([still(), auxiliary(urns.alpha), auxiliary(urns.gainMap)]),
    heic([still(streams.tile0, { width: 64, height: 64 }), still()], { primary: 2 }),
    heic([still()], { brands: ["heic", "mif1", "heic"], more: [Buffer.alloc(20)] }),
    sequence(),
  ];
}

/** Pictures that readers of ours decode or look into: moving PNGs, bitmaps, TIFFs of several pages, JPEGs that end early. */
export async function readerSeeds(): Promise<Buffer[]> {
  const flat = (colour: readonly [number, number, number], rest = {}) => ({ colour, ...rest });
  const palette = masks(0x00dc2828, 0x0028b43c, 0x003246d2, 0x00e6c832);
  const jpeg = await cornersPicture(48, 32).jpeg().toBuffer();
  const { data: pages } = await sharp(Buffer.alloc(20 * 60 * 3, 90), {
    raw: { width: 20, height: 60, channels: 3, pageHeight: 20 },
  })
    .tiff()
    .toBuffer({ resolveWithObject: true });
  return [
    await movingPng(
      [
        flat(corners.topLeft),
        flat(corners.topRight, { width: 8, height: 6, left: 3, top: 4, dispose: 2, blend: 1, alpha: 90 }),
        flat(corners.bottomLeft, { width: 9, height: 9, dispose: 1 }),
      ],
      { width: 20, height: 14 },
    ),
    await movingPng([flat(corners.topLeft), flat(corners.topRight)], {
      width: 12,
      height: 9,
      loop: 2,
      still: corners.bottomRight,
    }),
    cornersBitmap(21, 13),
    bitmap({ width: 9, height: -7, depth: 4, behind: palette, rows: Buffer.alloc(8 * 7, 0x12) }),
    bitmap({
      width: 8,
      height: 4,
      depth: 8,
      compression: 1,
      behind: palette,
      rows: Buffer.from("0801000000030102030000020101040300000001", "hex"),
    }),
    bitmap({
      width: 8,
      height: 4,
      depth: 4,
      compression: 2,
      behind: palette,
      rows: Buffer.from("081200000004123400000401230001", "hex"),
    }),
    bitmap({
      width: 6,
      height: 5,
      depth: 32,
      compression: 6,
      behind: masks(0xff0000, 0xff00, 0xff, 0xff000000),
      rows: Buffer.alloc(120, 0x77),
    }),
    bitmap({
      width: 6,
      height: 5,
      depth: 16,
      compression: 3,
      behind: masks(0xf800, 0x7e0, 0x1f),
      rows: Buffer.alloc(60, 0x5a),
    }),
    jpeg.subarray(0, -2),
    jpeg.subarray(0, -40),
    pages,
  ];
}
