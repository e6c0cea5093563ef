// Best fit of a picture into a box. Arithmetic only.

/** Width and height in whole pixels. */
export type Size = { width: number; height: number };

/**
 * The largest size of the same aspect ratio inside the box: one side exactly the box's, the other rounded and never
 * 0. Smaller pictures are enlarged.
 */
export function bestFit({ width, height }: Size, box: Size): Size {
  const fitsByWidth = width * box.height >= height * box.width;
  const side = (value: number) => Math.max(1, Math.round(value));
  return fitsByWidth
    ? { width: box.width, height: side((height * box.width) / width) }
    : { width: side((width * box.height) / height), height: box.height };
}
