// A PNG file as its chunks, and a PNG of one frame out of such chunks.
import { crc32 } from "node:zlib";

/** `intact`: its checksum is right. */
export type PngChunk = { type: string; data: Buffer; intact: boolean };

const signature = Buffer.from("89504e470d0a1a0a", "hex");

/** The chunks, as far as they are there. */
export function chunksOf(file: Buffer): PngChunk[] {
  const chunks: PngChunk[] = [];
  for (let at = signature.length; at + 12 <= file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    if (end + 4 > file.length) break;
    const intact = crc32(file.subarray(at + 4, end)) === file.readUInt32BE(end);
    chunks.push({ type: file.toString("latin1", at + 4, at + 8), data: file.subarray(at + 8, end), intact });
    at = end + 4;
    if (chunks.at(-1)?.type === "IEND") break;
  }
  return chunks;
}

/** Whether a PNG moves, by its beginning: such a file says so before its first data. Undefined where they are further on. */
export function movesBy(start: Buffer): boolean | undefined {
  for (let at = signature.length; at + 8 <= start.length; at += 12 + start.readUInt32BE(at)) {
    const type = start.toString("latin1", at + 4, at + 8);
    if (type === "acTL") return true;
    if (type === "IDAT" || type === "IEND") return false;
  }
  return undefined;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/**
 * A PNG of one frame.
 * @param header the data of the animation's IHDR, whose size is replaced
 */
export function framePng(
  header: Buffer,
  { width, height, data }: { width: number; height: number; data: readonly Buffer[] },
  shared: readonly PngChunk[],
): Buffer {
  const own = Buffer.from(header);
  own.writeUInt32BE(width, 0);
  own.writeUInt32BE(height, 4);
  return Buffer.concat([
    signature,
    chunk("IHDR", own),
    ...shared.map((each) => chunk(each.type, each.data)),
    ...data.map((each) => chunk("IDAT", each)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
