// Fits a picture into a box. Arithmetic only.

/** Width and height in pixels. */
export type Size = { width: number; height: number };

/**
 * The largest size with the same aspect ratio that fits into the box. One side equals the box's side; the other is
 * rounded and at least 1. Smaller pictures are enlarged.
 */
export function bestFit({ width, height }: Size, box: Size): Size {
  const fitsByWidth = width * box.height >= height * box.width;
  const side = (value: number) => Math.max(1, Math.round(value));
  return fitsByWidth
    ? { width: box.width, height: side((height * box.width) / width) }
    : { width: side((width * box.height) / height), height: box.height };
}
