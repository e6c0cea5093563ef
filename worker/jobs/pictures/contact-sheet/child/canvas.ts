// Paints flat shapes into raw RGB pixels: the background, the cards, the mark of a missing picture.
import type { Box } from "./layout.ts";

export type Colour = readonly [red: number, green: number, blue: number];

/** A picture in memory, three bytes per pixel. */
export type Canvas = { width: number; height: number; pixels: Buffer };

export function createCanvas(width: number, height: number, colour: Colour): Canvas {
  return { width, height, pixels: Buffer.alloc(width * height * 3, Buffer.from(colour)) };
}

/** Fills a box. */
export function fill({ width, pixels }: Canvas, box: Box, colour: Colour): void {
  const line = Buffer.alloc(box.width * 3, Buffer.from(colour));
  for (let y = box.top; y < box.top + box.height; y += 1) line.copy(pixels, (y * width + box.left) * 3);
}

/** Draws a frame one pixel wide along the inner edge of a box. */
export function frame(canvas: Canvas, { left, top, width, height }: Box, colour: Colour): void {
  fill(canvas, { left, top, width, height: 1 }, colour);
  fill(canvas, { left, top: top + height - 1, width, height: 1 }, colour);
  fill(canvas, { left, top, width: 1, height }, colour);
  fill(canvas, { left: left + width - 1, top, width: 1, height }, colour);
}

/** Fills a box with diagonal stripes of two colours, the mark of a missing picture. */
export function hatch({ width, pixels }: Canvas, box: Box, [even, odd]: readonly [Colour, Colour]): void {
  for (let y = 0; y < box.height; y += 1)
    for (let x = 0; x < box.width; x += 1) {
      const colour = (x + y) % 24 < 12 ? even : odd;
      pixels.set(colour, ((box.top + y) * width + box.left + x) * 3);
    }
}
