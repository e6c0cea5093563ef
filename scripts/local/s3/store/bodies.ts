// Stores the bytes of objects and parts, in pieces. Knows ids and ranges, not keys.
import { createHash } from "node:crypto";
import { type Database, pieceBytes } from "./database.ts";

/** Reads and writes bodies. Make every call inside a transaction. */
export type Bodies = {
  write: (bytes: Buffer) => number;
  /** Joins several bodies, in order, into one and removes them. */
  join: (ids: readonly number[]) => number;
  copy: (id: number) => number;
  remove: (id: number) => void;
  /** Bytes from `start` (inclusive) to `end` (exclusive). */
  read: (id: number, start: number, end: number) => Buffer;
  /** Piece by piece, for digests over the whole body. */
  pieces: (id: number) => Iterable<Buffer>;
};

const asBuffer = (value: unknown): Buffer =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.alloc(0);

/** The MD5 over all pieces in hex, which is the ETag of an object written in one request. */
export function md5Of(pieces: Iterable<Buffer>): string {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** Creates the store in a database. */
export function createBodies(database: Database): Bodies {
  const { sql } = database;
  const insert = sql.prepare("insert into bodies values (?, ?, ?, ?, ?)");
  const lengths = sql.prepare("select piece, size from bodies where id = ? order by piece");
  const move = sql.prepare("update bodies set id = ?, piece = ?, start = ? where id = ? and piece = ?");
  const duplicate = sql.prepare(
    "insert into bodies select ?, piece, start, size, bytes from bodies where id = ?",
  );
  const remove = sql.prepare("delete from bodies where id = ?");
  const overlapping = sql.prepare(
    "select start, bytes from bodies where id = ? and start < ? and start + size > ? order by piece",
  );
  const all = sql.prepare("select bytes from bodies where id = ? order by piece");

  return {
    write: (bytes) => {
      const id = database.next("body");
      for (let start = 0, piece = 0; start < bytes.length; start += pieceBytes, piece += 1) {
        const part = bytes.subarray(start, start + pieceBytes);
        insert.run(id, piece, start, part.length, part);
      }
      return id;
    },
    join: (ids) => {
      const joined = database.next("body");
      let start = 0;
      let piece = 0;
      for (const id of ids) {
        for (const row of lengths.all(id)) {
          move.run(joined, piece, start, id, Number(row.piece));
          start += Number(row.size);
          piece += 1;
        }
      }
      return joined;
    },
    copy: (id) => {
      const copied = database.next("body");
      duplicate.run(copied, id);
      return copied;
    },
    remove: (id) => {
      remove.run(id);
    },
    read: (id, start, end) => {
      const parts = overlapping.all(id, end, start).map((row) => {
        const offset = Number(row.start);
        return asBuffer(row.bytes).subarray(Math.max(0, start - offset), end - offset);
      });
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
    pieces: function* (id) {
      for (const row of all.iterate(id)) yield asBuffer(row.bytes);
    },
  };
}
