// Writes HEIF files box by box (ISO/IEC 14496-12 and 23008-12), also such as no program would write.
import { streams } from "./heic-streams.ts";

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const text = (value: string) => Buffer.from(value, "latin1");

/** A box: its size, its type, its content. */
export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), text(type), body]);
}

/** A box with version and flags. */
const fullBox = (type: string, version: number, ...content: readonly Buffer[]) =>
  box(type, Buffer.from([version, 0, 0, 0]), ...content);

/** The units of a stream, without start codes. */
function unitsOf(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = stream.indexOf("000001", 0, "hex"); at >= 0; at = stream.indexOf("000001", at + 3, "hex"))
    starts.push(at);
  return starts.map((start, index) => {
    const next = starts[index + 1] ?? stream.length;
    const end = next < stream.length && stream[next - 1] === 0 ? next - 1 : next;
    return stream.subarray(start + 3, end);
  });
}

const typeOf = (unit: Buffer) => ((unit[0] ?? 0) >> 1) & 63;
const isParameterSet = (unit: Buffer) => typeOf(unit) >= 32 && typeOf(unit) <= 34;
const withLength = (unit: Buffer) => Buffer.concat([u32(unit.length), unit]);

/** The decoder's settings (ISO/IEC 14496-15, 8.3.3.1). */
function hvcC(stream: Buffer, depth: number): Buffer {
  const units = unitsOf(stream).filter(isParameterSet);
  const sequence = units.find((unit) => typeOf(unit) === 33) ?? Buffer.alloc(0);
  // Twelve bytes of profile, tier and level, behind three others, with emulation prevention undone.
  const plain = Buffer.from(sequence.toString("hex").replace(/((?:..)*?)000003/g, "$10000"), "hex");
  const arrays = units.map((unit) =>
    Buffer.concat([Buffer.from([0x80 | typeOf(unit)]), u16(1), u16(unit.length), unit]),
  );
  const rest = [0xf0, 0, 0xfc, 0xfd, 0xf8 | (depth - 8), 0xf8 | (depth - 8), 0, 0, 0x0f, arrays.length];
  return box("hvcC", Buffer.from([1]), plain.subarray(3, 15), Buffer.from(rest), ...arrays);
}

/** One item: its data, its properties, and the items that it refers to. */
export type Item = {
  type: string;
  data: Buffer;
  properties?: readonly Buffer[];
  references?: readonly { type: string; to: readonly number[] }[];
  hidden?: boolean;
};

export const property = {
  size: (width: number, height: number) => fullBox("ispe", 0, u32(width), u32(height)),
  /** A quarter turn to the left, so many times. */
  turn: (times: number) => box("irot", Buffer.from([times])),
  /** 0: top and bottom change places; 1: left and right. */
  mirror: (axis: number) => box("imir", Buffer.from([axis])),
  coded: (primaries: number, transfer: number, matrix = 6) =>
    box("colr", text("nclx"), u16(primaries), u16(transfer), u16(matrix), Buffer.from([0x80])),
  profile: (icc: Buffer) => box("colr", text("prof"), icc),
  /** What an item that belongs to another one is for. */
  auxiliary: (urn: string) => fullBox("auxC", 0, text(`${urn}\0`)),
};

/** A picture of a stream, 96 x 64 or as given. */
export function still(
  stream: Buffer = streams.corners,
  {
    width = 96,
    height = 64,
    depth = 8,
    properties = [],
    ...rest
  }: { width?: number; height?: number; depth?: number } & Partial<Item> = {},
): Item {
  const data = Buffer.concat(
    unitsOf(stream)
      .filter((unit) => !isParameterSet(unit))
      .map(withLength),
  );
  return {
    type: "hvc1",
    data,
    ...rest,
    properties: [hvcC(stream, depth), property.size(width, height), ...properties],
  };
}

/** Four tiles of one colour each as one picture of 128 x 128, the way phones store large pictures. Items 1 to 5; 5 is primary. */
export function grid(properties: readonly Buffer[] = []): Item[] {
  const { tile0, tile1, tile2, tile3 } = streams;
  const tiles = [tile0, tile1, tile2, tile3].map((tile) =>
    still(tile, { width: 64, height: 64, hidden: true }),
  );
  const data = Buffer.concat([Buffer.from([0, 0, 1, 1]), u16(128), u16(128)]);
  const references = [{ type: "dimg", to: [1, 2, 3, 4] }];
  return [...tiles, { type: "grid", data, references, properties: [property.size(128, 128), ...properties] }];
}

/** An item that belongs to item 1: its alpha, its gain map. */
export const auxiliary = (urn: string, stream: Buffer = streams.half): Item =>
  still(stream, {
    properties: [property.auxiliary(urn)],
    references: [{ type: "auxl", to: [1] }],
    hidden: true,
  });

export const urns = {
  alpha: "urn:mpeg:hevc:2015:auxid:1",
  gainMap: "urn:com:apple:photo:2020:aux:hdrgainmap",
};

const ftyp = (major: string, ...others: string[]) => box("ftyp", text(major), u32(0), text(others.join("")));

/** A file of items, numbered from 1. */
export function heic(
  items: readonly Item[] = [still()],
  {
    primary = 1,
    brands = ["heic", "mif1", "heic"],
    more = [],
  }: { primary?: number; brands?: string[]; more?: Buffer[] } = {},
): Buffer {
  const [major = "heic", ...others] = brands;
  const head = ftyp(major, ...others);
  const metaOf = (dataAt: number) =>
    fullBox(
      "meta",
      0,
      fullBox("hdlr", 0, u32(0), text("pict"), Buffer.alloc(12), text("\0")),
      fullBox("pitm", 0, u16(primary)),
      locations(items, dataAt),
      fullBox("iinf", 0, u16(items.length), ...items.map(entry)),
      ...references(items),
      properties(items),
    );
  const dataAt = head.length + metaOf(0).length + 8;
  return Buffer.concat([head, metaOf(dataAt), box("mdat", ...items.map(({ data }) => data)), ...more]);
}

const entry = ({ type, hidden }: Item, index: number) =>
  box("infe", Buffer.from([2, 0, 0, hidden ? 1 : 0]), u16(index + 1), u16(0), text(type), text("\0"));

function locations(items: readonly Item[], dataAt: number): Buffer {
  let at = dataAt;
  const each = items.map(({ data }, index) => {
    const location = Buffer.concat([u16(index + 1), u16(0), u16(1), u32(at), u32(data.length)]);
    at += data.length;
    return location;
  });
  return fullBox("iloc", 0, Buffer.from([0x44, 0]), u16(items.length), ...each);
}

function references(items: readonly Item[]): Buffer[] {
  const all = items.flatMap(({ references: own = [] }, index) =>
    own.map(({ type, to }) => box(type, u16(index + 1), u16(to.length), ...to.map(u16))),
  );
  return all.length === 0 ? [] : [fullBox("iref", 0, ...all)];
}

/** Equal properties are stored once, as phones do with those of tiles. */
function properties(items: readonly Item[]): Buffer {
  const all = new Map<string, { index: number; bytes: Buffer }>();
  const associations = items.map(({ properties: own = [] }, item) => {
    const each = own.map((bytes) => {
      const known = all.get(bytes.toString("hex")) ?? { index: all.size + 1, bytes };
      all.set(bytes.toString("hex"), known);
      const essential = ["hvcC", "irot", "imir"].includes(bytes.toString("latin1", 4, 8));
      return (essential ? 0x80 : 0) | known.index;
    });
    return Buffer.concat([u16(item + 1), Buffer.from([own.length, ...each])]);
  });
  const stored = [...all.values()].map(({ bytes }) => bytes);
  return box("iprp", box("ipco", ...stored), fullBox("ipma", 0, u32(items.length), ...associations));
}

/** A sequence of the frames of `streams.moving`, without a still picture. */
export function sequence(): Buffer {
  const head = ftyp("msf1", "hevc", "msf1");
  const frames = unitsOf(streams.moving)
    .filter((unit) => !isParameterSet(unit))
    .map(withLength);
  const moov = (dataAt: number) => box("moov", movieHeader(), track(frames, dataAt));
  const dataAt = head.length + moov(0).length + 8;
  return Buffer.concat([head, moov(dataAt), box("mdat", ...frames)]);
}

const matrix = Buffer.concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32));

const movieHeader = () =>
  fullBox(
    "mvhd",
    0,
    u32(0),
    u32(0),
    u32(10),
    u32(3),
    u32(0x10000),
    u16(0x100),
    Buffer.alloc(10),
    matrix,
    Buffer.alloc(24),
    u32(2),
  );

function track(frames: readonly Buffer[], dataAt: number): Buffer {
  const size = [u16(96), u16(64)];
  const coded = box(
    "hvc1",
    Buffer.alloc(6),
    u16(1),
    Buffer.alloc(16),
    ...size,
    u32(0x480000),
    u32(0x480000),
    u32(0),
    u16(1),
    Buffer.alloc(32),
    u16(24),
    u16(0xffff),
    hvcC(streams.moving, 8),
  );
  const table = box(
    "stbl",
    fullBox("stsd", 0, u32(1), coded),
    fullBox("stts", 0, u32(1), u32(frames.length), u32(1)),
    fullBox("stsc", 0, u32(1), u32(1), u32(frames.length), u32(1)),
    fullBox("stsz", 0, u32(0), u32(frames.length), ...frames.map(({ length }) => u32(length))),
    fullBox("stco", 0, u32(1), u32(dataAt)),
  );
  const header = fullBox(
    "tkhd",
    0,
    u32(0),
    u32(0),
    u32(1),
    u32(0),
    u32(3),
    Buffer.alloc(16),
    matrix,
    u32(96 << 16),
    u32(64 << 16),
  );
  const info = box(
    "minf",
    fullBox("vmhd", 0, Buffer.alloc(8)),
    box("dinf", fullBox("dref", 0, u32(1), fullBox("url ", 0))),
    table,
  );
  const media = box(
    "mdia",
    fullBox("mdhd", 0, u32(0), u32(0), u32(10), u32(3), u32(0)),
    fullBox("hdlr", 0, u32(0), text("pict"), Buffer.alloc(13)),
    info,
  );
  return box("trak", header, media);
}
