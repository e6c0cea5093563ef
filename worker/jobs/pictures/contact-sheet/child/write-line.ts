// Renders one line of text with a transparent background, always in the font beside this file: the worker's container
// image has no fonts, and a sheet must not depend on the machine that draws it.
import { join } from "node:path";
import { sharp } from "../../child/confined-sharp.ts";
import { escapeMarkup, shorten, splitGraphemes } from "./caption.ts";

const fonts = join(import.meta.dirname, "font");
const font = { name: "DejaVu Sans", file: join(fonts, "DejaVuSans.ttf") };
// fontconfig reads this file at the first text. It names no folder, so the machine's fonts are not used.
process.env.FONTCONFIG_FILE = join(fonts, "fonts.conf");
// On macOS, Pango would use Core Text instead.
process.env.PANGOCAIRO_BACKEND = "fontconfig";

/** The style of a line; sizes in pixels, `colour` as #rrggbb. */
export type LineStyle = { size: number; colour: string; width: number; height: number };

/** A line that can be laid over a sheet, as raw RGBA pixels. */
export type WrittenLine = { pixels: Buffer; width: number; height: number };

/** Renders a text at most `width` pixels wide. A longer text loses its middle. */
export async function writeLine(text: string, style: LineStyle): Promise<WrittenLine> {
  const characters = splitGraphemes(text);
  let line = await render(text, style);
  if (line.width > style.width) {
    // Find the longest text that fits, by bisection.
    let [fits, tooLong] = [1, characters.length];
    while (tooLong - fits > 1) {
      const count = Math.floor((fits + tooLong) / 2);
      if ((await render(shorten(characters, count), style)).width <= style.width) fits = count;
      else tooLong = count;
    }
    line = await render(shorten(characters, fits), style);
  }
  return crop(line, style);
}

async function render(text: string, { size, colour }: LineStyle): Promise<WrittenLine> {
  const markup = `<span foreground="${colour}">${escapeMarkup(text)}</span>`;
  const { data, info } = await sharp({
    // At 72 dots per inch, a point is a pixel.
    text: {
      text: markup,
      font: `${font.name} ${size}`,
      fontfile: font.file,
      dpi: 72,
      rgba: true,
      wrap: "none",
    },
  })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** Crops a line that would reach into other lines. */
function crop(line: WrittenLine, style: LineStyle): WrittenLine {
  const width = Math.min(line.width, style.width);
  const height = Math.min(line.height, style.height);
  if (width === line.width && height === line.height) return line;
  const top = Math.floor((line.height - height) / 2);
  const rows = Array.from({ length: height }, (_, row) => {
    const start = (top + row) * line.width * 4;
    return line.pixels.subarray(start, start + width * 4);
  });
  return { pixels: Buffer.concat(rows), width, height };
}
