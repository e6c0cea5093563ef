// Pictures that are unusual but valid. Each must be accepted. The counterpart of hostile.ts.
import { type Colour, corners, cornersPicture, moving, oriented, withMetadata } from "./pictures.ts";

export type OddPicture = { name: string; bytes: () => Promise<Buffer> };

const frames: Colour[] = [corners.topLeft, corners.topRight, corners.bottomLeft];

export const oddPictures: readonly OddPicture[] = [
  { name: "plain.jpg", bytes: () => cornersPicture(800, 600).jpeg().toBuffer() },
  { name: "progressive.jpg", bytes: () => cornersPicture(800, 600).jpeg({ progressive: true }).toBuffer() },
  { name: "cmyk.jpg", bytes: () => cornersPicture(800, 600).toColourspace("cmyk").jpeg().toBuffer() },
  { name: "wide-gamut.jpg", bytes: () => cornersPicture(800, 600).withIccProfile("p3").jpeg().toBuffer() },
  { name: "with-place.jpg", bytes: withMetadata },
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => ({
    name: `orientation-${orientation}.jpg`,
    bytes: () => oriented(orientation, 600, 300),
  })),
  { name: "fits-already.png", bytes: () => cornersPicture(400, 300).png().toBuffer() },
  { name: "sixteen-bit.png", bytes: () => cornersPicture(800, 600).toColourspace("rgb16").png().toBuffer() },
  {
    name: "palette.png",
    bytes: () => cornersPicture(800, 600).png({ palette: true, colours: 8 }).toBuffer(),
  },
  { name: "transparent.png", bytes: () => cornersPicture(800, 600, { alpha: true }).png().toBuffer() },
  { name: "interlaced.png", bytes: () => cornersPicture(800, 600).png({ progressive: true }).toBuffer() },
  { name: "strip-1x5000.png", bytes: () => cornersPicture(1, 5000).png().toBuffer() },
  { name: "dot-1x1.png", bytes: () => cornersPicture(1, 1).png().toBuffer() },
  { name: "still.gif", bytes: () => cornersPicture(300, 200).gif().toBuffer() },
  { name: "moving.gif", bytes: () => moving("gif", frames, { delay: [100, 250, 400], loop: 3 }) },
  { name: "moving.webp", bytes: () => moving("webp", frames, { delay: [100, 250, 400], loop: 3 }) },
  { name: "plain.webp", bytes: () => cornersPicture(800, 600).webp().toBuffer() },
  { name: "plain.avif", bytes: () => cornersPicture(800, 600).avif({ effort: 0 }).toBuffer() },
  { name: "plain.tif", bytes: () => cornersPicture(800, 600).tiff().toBuffer() },
  {
    name: "transparent.tif",
    bytes: () => cornersPicture(800, 600, { alpha: true }).tiff({ compression: "deflate" }).toBuffer(),
  },
  { name: "sub folder/grüße + 猫.jpg", bytes: () => cornersPicture(640, 480).jpeg().toBuffer() },
];
