// The pictures of the suite, generated: formats and sizes as people upload them, with soft shapes and a little grain, so that
// decoders and encoders work as hard as on a photograph. All rounds use the same files.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";

type Kind = { name: string; width: number; height: number; encode: (picture: Sharp) => Sharp };

const jpeg = (picture: Sharp) => picture.jpeg({ quality: 88 });

/** Twelve kinds; as many of them JPEG as in practice. */
const kinds: Kind[] = [
  { name: "phone.jpg", width: 4000, height: 3000, encode: jpeg },
  {
    name: "upright.jpg",
    width: 3000,
    height: 2000,
    encode: (it) => jpeg(it).withMetadata({ orientation: 6 }),
  },
  { name: "camera.jpg", width: 2400, height: 1600, encode: jpeg },
  { name: "page.jpg", width: 1600, height: 1200, encode: jpeg },
  { name: "progressive.jpg", width: 2000, height: 1500, encode: (it) => it.jpeg({ progressive: true }) },
  { name: "small.jpg", width: 300, height: 200, encode: jpeg },
  { name: "screen.png", width: 1400, height: 900, encode: (it) => it.png() },
  { name: "alpha.png", width: 700, height: 700, encode: (it) => it.ensureAlpha(0.7).png() },
  { name: "web.webp", width: 1600, height: 1200, encode: (it) => it.webp({ effort: 1 }) },
  { name: "still.gif", width: 640, height: 480, encode: (it) => it.gif({ effort: 1 }) },
  // A scan is opaque: of one with alpha the worker makes a PNG, and the loop beside it a JPEG.
  {
    name: "scan.tif",
    width: 1800,
    height: 1200,
    encode: (it) => it.removeAlpha().tiff({ compression: "lzw" }),
  },
  { name: "modern.avif", width: 900, height: 600, encode: (it) => it.avif({ effort: 0 }) },
];

/** Makes one file of each kind in `folder`. Returns their names. */
export async function makePictures(folder: string): Promise<string[]> {
  const shapes = await raster(36, 27, 60);
  const grain = await raster(160, 160, 8);
  for (const { name, width, height, encode } of kinds) {
    const picture = sharp(shapes)
      .resize({ width, height, fit: "fill", kernel: "cubic" })
      .composite([{ input: grain, tile: true, blend: "soft-light" }]);
    await writeFile(join(folder, name), await encode(picture).toBuffer());
  }
  return kinds.map(({ name }) => name);
}

/** Coloured noise around grey, as a PNG. */
function raster(width: number, height: number, sigma: number): Promise<Buffer> {
  const create = { width, height, channels: 3, background: "#808080" } as const;
  return sharp({ create: { ...create, noise: { type: "gaussian", mean: 128, sigma } } })
    .png()
    .toBuffer();
}
