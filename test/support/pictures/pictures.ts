// Pictures for tests: four coloured corners, in every format and with every oddity that people upload. All of them are
// generated; none is anybody's photograph.
import sharp, { type Sharp } from "sharp";

export type Colour = readonly [red: number, green: number, blue: number];

/** The colours in the corners of every upright picture. */
export const corners = {
  topLeft: [220, 40, 40],
  topRight: [40, 180, 60],
  bottomLeft: [50, 70, 210],
  bottomRight: [230, 200, 50],
} as const satisfies Record<string, Colour>;

/** A word hidden in every kind of metadata. It must not occur in any result. */
export const secret = "SECRET-PLACE";

/** The pixels of a picture with four coloured quarters. With `alpha`, the bottom half fades out. */
export function cornersPixels(width: number, height: number, options: { alpha?: boolean } = {}): Buffer {
  const channels = options.alpha ? 4 : 3;
  const pixels = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const left = x < width / 2;
      const top = y < height / 2;
      const colour = top
        ? left
          ? corners.topLeft
          : corners.topRight
        : left
          ? corners.bottomLeft
          : corners.bottomRight;
      pixels.set(options.alpha ? [...colour, top ? 255 : 0] : colour, (y * width + x) * channels);
    }
  }
  return pixels;
}

/** The picture as a sharp instance, ready to be encoded. */
export function cornersPicture(width: number, height: number, options: { alpha?: boolean } = {}): Sharp {
  return sharp(cornersPixels(width, height, options), {
    raw: { width, height, channels: options.alpha ? 4 : 3 },
  });
}

/** Where a stored pixel belongs in the upright picture (EXIF 2.32, tag 0x0112: what row 0 and column 0 are). */
const uprightOf: Record<
  number,
  (row: number, column: number, size: { width: number; height: number }) => [number, number]
> = {
  1: (row, column) => [column, row],
  2: (row, column, { width }) => [width - 1 - column, row],
  3: (row, column, { width, height }) => [width - 1 - column, height - 1 - row],
  4: (row, column, { height }) => [column, height - 1 - row],
  5: (row, column) => [row, column],
  6: (row, column, { width }) => [width - 1 - row, column],
  7: (row, column, { width, height }) => [width - 1 - row, height - 1 - column],
  8: (row, column, { height }) => [row, height - 1 - column],
};

/** A rotated or mirrored JPEG with the EXIF orientation that makes it upright; upright it is `width` x `height`. */
export async function oriented(orientation: number, width: number, height: number): Promise<Buffer> {
  const upright = cornersPixels(width, height);
  const [columns, rows] = orientation < 5 ? [width, height] : [height, width];
  const stored = Buffer.alloc(upright.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [x, y] = uprightOf[orientation]?.(row, column, { width, height }) ?? [0, 0];
      stored.set(
        upright.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
        (row * columns + column) * 3,
      );
    }
  }
  const picture = sharp(stored, { raw: { width: columns, height: rows, channels: 3 } });
  return await picture.withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
}

/** A JPEG with a location, a description, XMP, a comment and a camera's colour profile. */
export async function withMetadata(): Promise<Buffer> {
  const jpeg = await cornersPicture(800, 600)
    .withExif({
      IFD0: { ImageDescription: secret, Artist: secret },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1" },
    })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>${secret}</place></x:xmpmeta>`)
    .withIccProfile("srgb")
    .jpeg()
    .toBuffer();
  const comment = Buffer.from(secret);
  const marker = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), marker, comment, jpeg.subarray(2)]);
}

/** An animation of plain frames, one colour each. */
export async function moving(
  format: "gif" | "webp",
  frames: readonly Colour[],
  {
    width = 40,
    height = 30,
    delay = 100,
    loop = 0,
  }: { width?: number; height?: number; delay?: number | number[]; loop?: number } = {},
): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * frames.length * 3);
  frames.forEach((colour, index) => {
    const frame = pixels.subarray(index * width * height * 3, (index + 1) * width * height * 3);
    for (let at = 0; at < frame.length; at += 3) frame.set(colour, at);
  });
  const raw = { width, height: height * frames.length, channels: 3 as const, pageHeight: height };
  const picture = sharp(pixels, { raw });
  return format === "gif"
    ? await picture.gif({ delay, loop, keepDuplicateFrames: true }).toBuffer()
    : await picture.webp({ delay, loop, lossless: true }).toBuffer();
}

/** Noise, which compresses badly and therefore gives large files. */
export async function noise(width: number, height: number): Promise<Sharp> {
  const background = { r: 128, g: 128, b: 128 };
  const made = sharp({
    create: { width, height, channels: 3, background, noise: { type: "gaussian", mean: 128, sigma: 60 } },
  });
  return sharp(await made.png({ compressionLevel: 1 }).toBuffer());
}
