// The sandbox task `draw-contact-sheet`: draws pictures with a title and captions on one sheet. The same files and names
// give the same bytes.
import { rename, stat } from "node:fs/promises";
import type { OverlayOptions } from "sharp";
import { sharp } from "../../child/confined-sharp.ts";
import { type Canvas, type Colour, createCanvas, fill, frame, hatch } from "./canvas.ts";
import { plainName } from "./caption.ts";
import type { DrawAnswer, DrawCell, DrawInput } from "./contract.ts";
import { type Box, captionSize, centre, sheetLayout, subtitleSize, titleSize } from "./layout.ts";
import { type LineStyle, type WrittenLine, writeLine } from "./write-line.ts";

const paper: Colour = [244, 242, 237];
const card: Colour = [255, 255, 255];
const cardEdge: Colour = [216, 212, 203];
const stripes = [
  [238, 236, 231],
  [228, 225, 218],
] as const;
const ink = "#26241f";
const quietInk = "#757064";

/** No result has more pixels than this. */
const maxPixels = 4_000_000;

/** Draws a sheet. @param given a DrawInput */
export async function runTask(given: unknown): Promise<DrawAnswer> {
  const input = given as DrawInput;
  const layout = sheetLayout(input.cells.length);
  const { width, height } = layout;
  const canvas = createCanvas(width, height, paper);
  const overlays: OverlayOptions[] = [
    await line(input.title, layout.title, { size: titleSize, colour: ink }, "left"),
    await line(input.subtitle, layout.subtitle, { size: subtitleSize, colour: quietInk }, "left"),
  ];
  for (const [index, cell] of layout.cells.entries()) {
    fill(canvas, cell.card, card);
    frame(canvas, cell.card, cardEdge);
    overlays.push(...(await content(canvas, cell.picture, input.cells[index])));
    const colour = input.cells[index]?.file === undefined ? quietInk : ink;
    const style = { size: captionSize, colour };
    overlays.push(await line(plainName(input.cells[index]?.name ?? ""), cell.caption, style, "centre"));
  }
  const partial = `${input.output}.partial`;
  await sharp(canvas.pixels, { raw: { width, height, channels: 3 } })
    .composite(overlays)
    .removeAlpha()
    .png({ compressionLevel: 8, adaptiveFiltering: true })
    .toFile(partial);
  await rename(partial, input.output);
  return { width, height, bytes: (await stat(input.output)).size };
}

/** The picture, or the mark of a missing one. */
async function content(canvas: Canvas, box: Box, cell: DrawCell | undefined): Promise<OverlayOptions[]> {
  if (cell?.file !== undefined) return [await thumbnail(cell.file, box)];
  hatch(canvas, box, stripes);
  return [await line("no longer there", box, { size: captionSize, colour: quietInk }, "centre")];
}

async function thumbnail(file: string, box: Box): Promise<OverlayOptions> {
  // An animation shows its first frame; transparent areas show the card.
  const { data, info } = await sharp(file, { limitInputPixels: maxPixels, failOn: "error" })
    .resize({ width: box.width, height: box.height, fit: "inside" })
    .flatten({ background: { r: card[0], g: card[1], b: card[2] } })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { input: data, raw: { width, height, channels }, ...centre(box, info) };
}

async function line(
  text: string,
  box: Box,
  style: Pick<LineStyle, "size" | "colour">,
  align: "left" | "centre",
): Promise<OverlayOptions> {
  const written: WrittenLine = await writeLine(text, { ...style, width: box.width, height: box.height });
  const { pixels, width, height } = written;
  const place = centre(box, written);
  const left = align === "left" ? box.left : place.left;
  return { input: pixels, raw: { width, height, channels: 4 }, left, top: place.top };
}
