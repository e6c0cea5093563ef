// Splits picture files along their format: chunks, segments, blocks, boxes, directory entries.

/** A range of the file that the format treats as one unit. `size` is where its length is stored, if it is. */
export type Piece = {
  from: number;
  to: number;
  size?: { at: number; bytes: 2 | 4; little: boolean };
};

/** Splits files of one format. Returns nothing for other formats, and as much as possible of broken files. */
type Splitter = (file: Buffer) => Piece[];

const png: Splitter = (file) => {
  if (file.readUInt32BE(0) !== 0x89504e47) return [];
  const pieces: Piece[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const to = Math.min(file.length, at + 12 + file.readUInt32BE(at));
    pieces.push({ from: at, to, size: { at, bytes: 4, little: false } });
    at = to;
  }
  return pieces;
};

const jpeg: Splitter = (file) => {
  if (file.readUInt16BE(0) !== 0xffd8) return [];
  const pieces: Piece[] = [];
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff; ) {
    const isScan = file[at + 1] === 0xda;
    const to = isScan ? file.length : Math.min(file.length, at + 2 + file.readUInt16BE(at + 2));
    pieces.push({ from: at, to, size: { at: at + 2, bytes: 2, little: false } });
    at = to;
  }
  return pieces;
};

const riff: Splitter = (file) => {
  if (file.toString("latin1", 0, 4) !== "RIFF") return [];
  const pieces: Piece[] = [{ from: 0, to: 12, size: { at: 4, bytes: 4, little: true } }];
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    const to = Math.min(file.length, at + 8 + length + (length % 2));
    pieces.push({ from: at, to, size: { at: at + 4, bytes: 4, little: true } });
    at = to;
  }
  return pieces;
};

const gif: Splitter = (file) => {
  if (!/^GIF8[79]a/.test(file.toString("latin1", 0, 6))) return [];
  const flags = file[10] ?? 0;
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const pieces: Piece[] = [{ from: 6, to: Math.min(13, file.length) }];
  while (at < file.length) {
    const from = at;
    const kind = file[at];
    if (kind === 0x2c) {
      const local = file[at + 9] ?? 0;
      at += 11 + (local & 0x80 ? 3 * 2 ** ((local & 7) + 1) : 0);
    } else if (kind === 0x21) at += 2;
    else break;
    for (let length = file[at] ?? 0; length > 0 && at < file.length; length = file[at] ?? 0) at += length + 1;
    at += 1;
    pieces.push({ from, to: Math.min(at, file.length) });
  }
  return pieces;
};

/** Entries of a directory, twelve bytes each; of the first directory and those that follow. */
const tiff: Splitter = (file) => {
  const order = file.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return [];
  const little = order === "II";
  const read2 = (at: number) => (little ? file.readUInt16LE(at) : file.readUInt16BE(at));
  const read4 = (at: number) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const pieces: Piece[] = [{ from: 4, to: 8, size: { at: 4, bytes: 4, little } }];
  const seen = new Set<number>();
  for (let at = read4(4); at + 2 <= file.length && at > 0 && !seen.has(at); ) {
    seen.add(at);
    const end = at + 2 + 12 * read2(at);
    pieces.push({ from: at, to: Math.min(at + 2, file.length), size: { at, bytes: 2, little } });
    for (let entry = at + 2; entry + 12 <= Math.min(end, file.length); entry += 12)
      pieces.push({ from: entry, to: entry + 12, size: { at: entry + 4, bytes: 4, little } });
    if (end + 4 > file.length) break;
    pieces.push({ from: end, to: end + 4, size: { at: end, bytes: 4, little } });
    at = read4(end);
  }
  return pieces;
};

/** Boxes that contain boxes, and how many bytes precede these: four in `meta`. */
const containers: Record<string, number> = { meta: 4, iprp: 0, ipco: 0, moov: 0, trak: 0, mdia: 0 };

const boxes: Splitter = (file) => {
  if (file.toString("latin1", 4, 8) !== "ftyp") return [];
  const pieces: Piece[] = [];
  const walk = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end; ) {
      const to = Math.min(end, at + Math.max(8, file.readUInt32BE(at)));
      pieces.push({ from: at, to, size: { at, bytes: 4, little: false } });
      const skipped = containers[file.toString("latin1", at + 4, at + 8)];
      if (skipped !== undefined) walk(at + 8 + skipped, to);
      at = to;
    }
  };
  walk(0, file.length);
  return pieces;
};

/** The pieces of a picture file; none when it is too short or of an unknown format. */
export function piecesOf(file: Buffer): Piece[] {
  if (file.length < 16) return [];
  for (const split of [png, jpeg, riff, gif, tiff, boxes]) {
    const pieces = split(file);
    if (pieces.length > 0) return pieces;
  }
  return [];
}
