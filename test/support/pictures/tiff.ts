// Writes TIFF files page by page, also such as few programs write: any numbers for pixels, any kind of page.

/** Tags of TIFF 6.0 with one value each; `samples` repeats `bits` and `format` for each channel. */
export type TiffPage = {
  width: number;
  height: number;
  bits: number;
  /** 1 unsigned, 2 signed, 3 floating point. */
  format?: number;
  /** 1 grey, 2 RGB, 5 CMYK, 8 L*a*b*. */
  photometric: number;
  samples: number;
  data: Buffer;
  /** 1 a reduced copy, 2 a page of several, 4 a mask. */
  kind?: number;
  /** Further entries: tag, value. */
  more?: readonly (readonly [tag: number, value: number])[];
};

const [short, long] = [3, 4];

/** The file, little-endian. */
export function tiff(pages: readonly TiffPage[]): Buffer {
  const head = Buffer.from("II*\0\0\0\0\0", "latin1");
  const parts: Buffer[] = [head];
  let end = head.length;
  let pointer: { buffer: Buffer; at: number } = { buffer: head, at: 4 };
  for (const page of pages) {
    const data = Buffer.concat([page.data, Buffer.alloc(page.data.length % 2)]);
    const arrays = Buffer.alloc(page.samples * 4);
    for (let sample = 0; sample < page.samples; sample += 1) {
      arrays.writeUInt16LE(page.bits, sample * 2);
      arrays.writeUInt16LE(page.format ?? 1, (page.samples + sample) * 2);
    }
    const directory = directoryOf(page, { data: end, arrays: end + data.length });
    pointer.buffer.writeUInt32LE(end + data.length + arrays.length, pointer.at);
    pointer = { buffer: directory, at: directory.length - 4 };
    parts.push(data, arrays, directory);
    end += data.length + arrays.length + directory.length;
  }
  return Buffer.concat(parts);
}

function directoryOf(page: TiffPage, places: { data: number; arrays: number }): Buffer {
  const { width, height, bits, format = 1, photometric, samples, data, kind = 0, more = [] } = page;
  // Up to two numbers of two bytes stand in the entry itself.
  const each = (value: number, at: number) => (samples > 2 ? at : value | (samples > 1 ? value << 16 : 0));
  const entries = [
    [254, long, 1, kind],
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, samples, each(bits, places.arrays)],
    [259, short, 1, 1],
    [262, short, 1, photometric],
    [273, long, 1, places.data],
    [277, short, 1, samples],
    [278, long, 1, height],
    [279, long, 1, data.length],
    [339, short, samples, each(format, places.arrays + samples * 2)],
    ...more.map(([tag, value]) => [tag, long, 1, value]),
  ];
  const out = Buffer.alloc(2 + entries.length * 12 + 4);
  out.writeUInt16LE(entries.length, 0);
  for (const [index, [tag = 0, type = 0, count = 0, value = 0]] of entries.entries()) {
    const at = 2 + index * 12;
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeUInt32LE(count, at + 4);
    out.writeUInt32LE(value >>> 0, at + 8);
  }
  return out;
}
