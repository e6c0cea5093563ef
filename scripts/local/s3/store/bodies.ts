// Stores the bytes of objects and parts, in pieces: small bodies in the database, large ones in files. Copies and parts of
// large bodies use the same files, so they cost neither time nor space. Knows ids and ranges, not keys.
import { createHash, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { PieceCrc } from "../protocol/crc64.ts";
import { openBodyFiles } from "./body-files.ts";
import type { Database } from "./database.ts";
import { type ReceivedBody, receiveBytes } from "./receive-body.ts";

/** Reads and writes bodies. Make every change inside a transaction; receiving is none. */
export type Bodies = {
  /**
   * Takes a body in as it comes, to be kept next. If `chunks` fail, nothing is left.
   * @param options.crcs whether to compute the CRCs of its pieces
   */
  receive: (chunks: AsyncIterable<Buffer>, options: { crcs: boolean }) => Promise<ReceivedBody>;
  /** Makes a body of what has arrived. When the transaction is rolled back, nothing is left of it. */
  keep: (received: ReceivedBody) => number;
  /** Joins several bodies, in order, into one and removes them. */
  join: (ids: readonly number[]) => number;
  copy: (id: number) => number;
  /** A body with the bytes from `start` (inclusive) to `end` (exclusive) of another. */
  slice: (id: number, start: number, end: number) => number;
  remove: (id: number) => void;
  /** Bytes from `start` (inclusive) to `end` (exclusive). */
  read: (id: number, start: number, end: number) => Buffer;
  /** The same bytes in chunks; other work goes on in between. They stay readable when the body is removed meanwhile. */
  stream: (id: number, start: number, end: number) => AsyncGenerator<Buffer>;
  /** All bytes in chunks. */
  pieces: (id: number) => AsyncGenerator<Buffer>;
  /** The sizes of a body's pieces and the CRCs that are known. */
  crcs: (id: number) => { size: number; start: number; crc: bigint | undefined }[];
  close: () => void;
};

/** A piece without its bytes. */
type Piece = {
  id: number;
  piece: number;
  start: number;
  size: number;
  file: string | undefined;
  at: number;
  crc: PieceCrc["crc"] | undefined;
};

const asBuffer = (value: unknown): Buffer =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.alloc(0);

const asPiece = (row: Record<string, unknown>): Piece => ({
  id: Number(row.id),
  piece: Number(row.piece),
  start: Number(row.start),
  size: Number(row.size),
  file: row.file === null ? undefined : String(row.file),
  at: Number(row.at),
  crc: row.crc === null ? undefined : BigInt(String(row.crc)),
});

/** Where a range of the body lies in a piece. */
const placeIn = (
  { start: first, size }: Pick<Piece, "start" | "size">,
  start: number,
  end: number,
): [from: number, to: number] => [Math.max(0, start - first), Math.min(size, end - first)];

/** The MD5 over all chunks in hex, which is the ETag of an object written in one request. */
export async function md5Of(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/** Creates the store in a database. Files that a killed process has left are removed. */
export function createBodies(database: Database, dataDir?: string): Bodies {
  const { sql } = database;
  const files = openBodyFiles(dataDir);
  const insert = sql.prepare(
    "insert into bodies (id, piece, start, size, bytes, file, at, crc) values (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const columns = "id, piece, start, size, file, at, crc";
  const all = sql.prepare(`select ${columns} from bodies where id = ? order by piece`);
  const move = sql.prepare("update bodies set id = ?, piece = ?, start = ? where id = ? and piece = ?");
  const duplicate = sql.prepare(
    `insert into bodies select ?, piece, start, size, bytes, file, at, crc from bodies where id = ?`,
  );
  const remove = sql.prepare("delete from bodies where id = ?");
  const bytesOf = sql.prepare("select bytes from bodies where id = ? and piece = ?");
  const using = sql.prepare("select 1 from bodies where file = ? limit 1");
  const used = sql.prepare("select distinct file from bodies where file is not null");

  const piecesOf = (id: number) => all.all(id).map(asPiece);
  const within = (id: number, start: number, end: number) =>
    piecesOf(id).filter((piece) => piece.start < end && piece.start + piece.size > start);
  /** The part of a piece that lies in a range. */
  const readPiece = (stored: Piece, start: number, end: number): Buffer => {
    const { id, piece, file, at } = stored;
    const [from, to] = placeIn(stored, start, end);
    if (file !== undefined) return files.read(file, at + from, to - from);
    return asBuffer(bytesOf.get(id, piece)?.bytes).subarray(from, to);
  };
  const filesOf = (pieces: readonly Piece[]) => [
    ...new Set(pieces.flatMap(({ file }) => (file === undefined ? [] : [file]))),
  ];
  async function* stream(id: number, start: number, end: number): AsyncGenerator<Buffer> {
    const pieces = within(id, start, end);
    const release = files.hold(filesOf(pieces));
    try {
      for (const piece of pieces) {
        const [from, to] = placeIn(piece, start, end);
        if (piece.file !== undefined) yield* files.stream(piece.file, piece.at + from, to - from);
        else yield readPiece(piece, start, end);
        if (pieces.length > 1) await setImmediate();
      }
    } finally {
      release();
    }
  }
  files.removeOthers(new Set(used.all().map((row) => String(row.file))));

  return {
    receive: (chunks, options) => receiveBytes(files, `body-${randomUUID()}`, chunks, options),
    keep: ({ pieces, bytes, file }) => {
      const id = database.next("body");
      if (file !== undefined) database.onRollback(() => files.remove(file));
      for (const [index, { start, size, crc }] of pieces.entries()) {
        const stored = bytes?.subarray(start, start + size) ?? Buffer.alloc(0);
        const at = file === undefined ? 0 : start;
        insert.run(id, index, start, size, stored, file ?? null, at, crc?.toString() ?? null);
      }
      return id;
    },
    join: (ids) => {
      const joined = database.next("body");
      let start = 0;
      let count = 0;
      for (const id of ids) {
        for (const { piece, size } of piecesOf(id)) {
          move.run(joined, count, start, id, piece);
          start += size;
          count += 1;
        }
      }
      return joined;
    },
    copy: (id) => {
      const copied = database.next("body");
      duplicate.run(copied, id);
      return copied;
    },
    slice: (id, start, end) => {
      const sliced = database.next("body");
      for (const [index, piece] of within(id, start, end).entries()) {
        const from = Math.max(0, start - piece.start);
        const size = Math.min(piece.size, end - piece.start) - from;
        const bytes = piece.file === undefined ? readPiece(piece, start, end) : Buffer.alloc(0);
        const crc = size === piece.size ? (piece.crc?.toString() ?? null) : null;
        const place = piece.start + from - start;
        insert.run(sliced, index, place, size, bytes, piece.file ?? null, piece.at + from, crc);
      }
      return sliced;
    },
    remove: (id) => {
      const unused = filesOf(piecesOf(id));
      remove.run(id);
      for (const file of unused)
        if (using.get(file) === undefined) database.onCommit(() => files.remove(file));
    },
    read: (id, start, end) => {
      const parts = within(id, start, end).map((piece) => readPiece(piece, start, end));
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
    stream,
    pieces: (id) => stream(id, 0, Number.POSITIVE_INFINITY),
    crcs: (id) => piecesOf(id).map(({ size, start, crc }) => ({ size, start, crc })),
    close: () => files.close(),
  };
}
