// One line of text as a picture with a transparent ground, in the font beside this file and no other: a worker's image
// has no fonts, and a sheet must not depend on the machine it was drawn on.
import { join } from "node:path";
import { sharp } from "../../child/confined-sharp.ts";
import { escapeMarkup, graphemes, shortened } from "./caption.ts";

const fonts = join(import.meta.dirname, "font");
const font = { name: "DejaVu Sans", file: join(fonts, "DejaVuSans.ttf") };
// Read by fontconfig at the first text; names no folder, so this machine's fonts are not looked at.
process.env.FONTCONFIG_FILE = join(fonts, "fonts.conf");
// On macOS Pango would ask Core Text instead.
process.env.PANGOCAIRO_BACKEND = "fontconfig";

/** How a line is to look. */
export type LineStyle = { size: number; colour: string; width: number; height: number };

/** A line, ready to be laid over a sheet; raw RGBA pixels. */
export type WrittenLine = { pixels: Buffer; width: number; height: number };

/** Writes a text into at most `width` pixels, shortened in its middle where it is longer. */
export async function writeLine(text: string, style: LineStyle): Promise<WrittenLine> {
  const characters = graphemes(text);
  let line = await render(text, style);
  if (line.width > style.width) {
    // The longest that fits, by halving.
    let [fits, tooLong] = [1, characters.length];
    while (tooLong - fits > 1) {
      const count = Math.floor((fits + tooLong) / 2);
      if ((await render(shortened(characters, count), style)).width <= style.width) fits = count;
      else tooLong = count;
    }
    line = await render(shortened(characters, fits), style);
  }
  return cropped(line, style);
}

async function render(text: string, { size, colour }: LineStyle): Promise<WrittenLine> {
  const markup = `<span foreground="${colour}">${escapeMarkup(text)}</span>`;
  const { data, info } = await sharp({
    // At 72 dots per inch a point is a pixel.
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

/** Cuts off what would reach into other lines. */
function cropped(line: WrittenLine, style: LineStyle): WrittenLine {
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
