// Stores open multipart uploads and their parts. Knows no HTTP.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { checksumAlgorithms, checksumTypes } from "../protocol/checksums.ts";
import type { Bodies } from "./bodies.ts";
import type { Database } from "./database.ts";

const uploadDataSchema = z.object({
  startedMs: z.number(),
  headers: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  algorithm: z.enum(checksumAlgorithms),
  checksumType: z.enum(checksumTypes),
  /** Whether the client chose the algorithm. Its parts may then have no other. */
  algorithmAsked: z.boolean(),
});

const partDataSchema = z.object({
  size: z.number(),
  etag: z.string(),
  /** In the upload's algorithm, as base64. */
  checksum: z.string(),
  /** The client's checksum, which may be in another algorithm. */
  given: z.object({ algorithm: z.enum(checksumAlgorithms), value: z.string() }).optional(),
  modifiedMs: z.number(),
});

/** An upload that is neither completed nor aborted. */
export type Upload = z.infer<typeof uploadDataSchema> & { id: string; bucket: string; key: string };

/** One uploaded part. */
export type Part = z.infer<typeof partDataSchema> & { number: number; bodyId: number };

export type Uploads = {
  start: (upload: Omit<Upload, "id">) => Upload;
  find: (bucket: string, key: string, id: string) => Upload | undefined;
  list: (bucket: string, prefix: string) => Upload[];
  parts: (id: string) => Part[];
  /** Adds a part, or replaces the one with the same number. */
  putPart: (id: string, part: Part) => void;
  /** Removes the upload and the bodies of all parts that are not in `kept`. */
  end: (id: string, kept: ReadonlySet<number>) => void;
};

const readUpload = (row: Record<string, unknown>): Upload => ({
  ...uploadDataSchema.parse(JSON.parse(String(row.data))),
  id: String(row.id),
  bucket: String(row.bucket),
  key: String(row.key),
});

const readPart = (row: Record<string, unknown>): Part => ({
  ...partDataSchema.parse(JSON.parse(String(row.data))),
  number: Number(row.number),
  bodyId: Number(row.body_id),
});

/** Creates the store in a database. Make every change inside a transaction. */
export function createUploads({ sql }: Database, bodies: Bodies): Uploads {
  const insert = sql.prepare("insert into uploads values (?, ?, ?, ?)");
  const find = sql.prepare("select * from uploads where id = ? and bucket = ? and key = ?");
  const list = sql.prepare("select * from uploads where bucket = ? order by key, rowid");
  const remove = sql.prepare("delete from uploads where id = ?");
  const parts = sql.prepare("select * from parts where upload_id = ? order by number");
  const part = sql.prepare("select * from parts where upload_id = ? and number = ?");
  const putPart = sql.prepare("insert or replace into parts values (?, ?, ?, ?)");
  const removeParts = sql.prepare("delete from parts where upload_id = ?");
  return {
    start: (upload) => {
      const id = randomBytes(48).toString("base64url");
      insert.run(id, upload.bucket, upload.key, JSON.stringify(uploadDataSchema.parse(upload)));
      return { ...upload, id };
    },
    find: (bucket, key, id) => {
      const row = find.get(id, bucket, key);
      return row === undefined ? undefined : readUpload(row);
    },
    list: (bucket, prefix) =>
      list
        .all(bucket)
        .map(readUpload)
        .filter((upload) => upload.key.startsWith(prefix)),
    parts: (id) => parts.all(id).map(readPart),
    putPart: (id, added) => {
      const replaced = part.get(id, added.number);
      if (replaced !== undefined) bodies.remove(readPart(replaced).bodyId);
      putPart.run(id, added.number, added.bodyId, JSON.stringify(partDataSchema.parse(added)));
    },
    end: (id, kept) => {
      for (const row of parts.all(id).map(readPart)) if (!kept.has(row.number)) bodies.remove(row.bodyId);
      removeParts.run(id);
      remove.run(id);
    },
  };
}
