// The layout of a sheet, in pixels. Arithmetic only.

/** A rectangle on the sheet. */
export type Box = { left: number; top: number; width: number; height: number };

const columns = 5;
const margin = 48;
const gap = 20;
/** The side of the square that a picture must fit into, and the white border around it. */
const picture = 264;
const border = 12;
const captionHeight = 34;
const headerHeight = 84;

const cardWidth = picture + 2 * border;
const cardHeight = picture + 2 * border + captionHeight;

export const titleSize = 32;
export const subtitleSize = 16;
export const captionSize = 15;

/** The boxes of one picture on the sheet. */
export type Cell = { card: Box; picture: Box; caption: Box };

export type SheetLayout = { width: number; height: number; title: Box; subtitle: Box; cells: Cell[] };

/** The layout of a sheet with `count` pictures in rows of five. */
export function sheetLayout(count: number): SheetLayout {
  const rows = Math.ceil(count / columns);
  const width = 2 * margin + columns * cardWidth + (columns - 1) * gap;
  const height = 2 * margin + headerHeight + rows * cardHeight + (rows - 1) * gap;
  const line = { left: margin, width: width - 2 * margin };
  return {
    width,
    height,
    title: { ...line, top: margin - 8, height: 44 },
    subtitle: { ...line, top: margin + 38, height: 24 },
    cells: Array.from({ length: count }, (_, index) => cellAt(index)),
  };
}

function cellAt(index: number): Cell {
  const left = margin + (index % columns) * (cardWidth + gap);
  const top = margin + headerHeight + Math.floor(index / columns) * (cardHeight + gap);
  const inner = { left: left + border, width: picture };
  return {
    card: { left, top, width: cardWidth, height: cardHeight },
    picture: { ...inner, top: top + border, height: picture },
    caption: { ...inner, top: top + border + picture + 8, height: captionHeight },
  };
}

/** The position that centres something of this size in a box. */
export function centre(box: Box, size: { width: number; height: number }): { left: number; top: number } {
  return {
    left: box.left + Math.floor((box.width - size.width) / 2),
    top: box.top + Math.floor((box.height - size.height) / 2),
  };
}
