// Stores object versions and delete markers: the latest of a key, and listings in order. Knows no HTTP.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { checksumSchema } from "../protocol/checksums.ts";
import type { Bodies } from "./bodies.ts";
import type { Bucket } from "./buckets.ts";
import type { Database } from "./database.ts";

const versionDataSchema = z.object({
  deleteMarker: z.boolean(),
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  modifiedMs: z.number(),
  /** Headers of the upload that every read returns: content type and so on, `x-amz-meta-*`. */
  headers: z.record(z.string(), z.string()),
  checksum: checksumSchema.optional(),
  tags: z.record(z.string(), z.string()),
});

type VersionData = z.infer<typeof versionDataSchema>;

/** What a write stores. The store adds a version id and a place in the order. */
export type NewVersion = VersionData & { key: string; bodyId: number | undefined };

/** One version of an object, or a delete marker. `versionId` is `null` (as text) outside enabled versioning. */
export type Version = NewVersion & { seq: number; bucket: string; versionId: string; latest: boolean };

/** Where a listing of versions starts: after this key, or within it after the version with this `seq`. */
export type VersionPosition = { key: string; beforeSeq: number };

export type Versions = {
  /** The latest version, delete markers included. */
  latest: (bucket: string, key: string) => Version | undefined;
  find: (bucket: string, key: string, versionId: string) => Version | undefined;
  /** Adds a version as the latest. Unless versioning is enabled, it replaces the `null` version. */
  add: (bucket: Bucket, version: NewVersion) => Version;
  /** Removes exactly this version. The newest of the others becomes the latest. */
  remove: (version: Version) => void;
  setTags: (version: Version, tags: Record<string, string>) => void;
  isEmpty: (bucket: string) => boolean;
  /** Latest versions that are not delete markers, by key, starting with `from`. */
  current: (bucket: string, from: string) => Iterable<Version>;
  /** All versions by key, newest first within a key. */
  all: (bucket: string, after: VersionPosition) => Iterable<Version>;
};

/** A version id like S3's: 32 opaque characters. */
const newVersionId = () => randomBytes(24).toString("base64url").replaceAll("-", ".");

function read(row: Record<string, unknown>): Version {
  return {
    ...versionDataSchema.parse(JSON.parse(String(row.data))),
    seq: Number(row.seq),
    bucket: String(row.bucket),
    key: String(row.key),
    versionId: String(row.version_id),
    latest: row.latest === 1,
    bodyId: row.body_id === null ? undefined : Number(row.body_id),
  };
}

function* readAll(rows: Iterable<Record<string, unknown>>): Iterable<Version> {
  for (const row of rows) yield read(row);
}

/** Creates the store in a database. Make every change inside a transaction. */
export function createVersions({ sql }: Database, bodies: Bodies): Versions {
  const latest = sql.prepare("select * from versions where bucket = ? and key = ? and latest = 1");
  const find = sql.prepare("select * from versions where bucket = ? and key = ? and version_id = ?");
  const demote = sql.prepare("update versions set latest = 0 where bucket = ? and key = ? and latest = 1");
  const insert = sql.prepare(
    "insert into versions (bucket, key, version_id, latest, body_id, data) values (?, ?, ?, 1, ?, ?) returning seq",
  );
  const remove = sql.prepare("delete from versions where seq = ?");
  const promote = sql.prepare(
    "update versions set latest = 1 where seq = (select max(seq) from versions where bucket = ? and key = ?)",
  );
  const update = sql.prepare("update versions set data = ? where seq = ?");
  const any = sql.prepare("select 1 from versions where bucket = ? limit 1");
  const current = sql.prepare(
    "select * from versions where bucket = ? and latest = 1 and key >= ? order by key",
  );
  const all = sql.prepare(
    "select * from versions where bucket = ?1 and (key > ?2 or (key = ?2 and seq < ?3)) order by key, seq desc",
  );
  const one = (row: Record<string, unknown> | undefined) => (row === undefined ? undefined : read(row));
  const drop = (version: Version) => {
    remove.run(version.seq);
    if (version.bodyId !== undefined) bodies.remove(version.bodyId);
  };

  return {
    latest: (bucket, key) => one(latest.get(bucket, key)),
    find: (bucket, key, versionId) => one(find.get(bucket, key, versionId)),
    add: (bucket, { key, bodyId, ...data }) => {
      const versionId = bucket.versioning === "Enabled" ? newVersionId() : "null";
      const replaced = versionId === "null" ? one(find.get(bucket.name, key, "null")) : undefined;
      if (replaced !== undefined) drop(replaced);
      demote.run(bucket.name, key);
      const row = insert.get(bucket.name, key, versionId, bodyId ?? null, JSON.stringify(data));
      return { ...data, key, bodyId, bucket: bucket.name, versionId, latest: true, seq: Number(row?.seq) };
    },
    remove: (version) => {
      drop(version);
      if (version.latest) promote.run(version.bucket, version.key);
    },
    setTags: (version, tags) => {
      update.run(JSON.stringify(versionDataSchema.parse({ ...version, tags })), version.seq);
    },
    isEmpty: (bucket) => any.get(bucket) === undefined,
    current: function* (bucket, from) {
      for (const version of readAll(current.iterate(bucket, from))) {
        if (!version.deleteMarker) yield version;
      }
    },
    all: (bucket, { key, beforeSeq }) => readAll(all.iterate(bucket, key, beforeSeq)),
  };
}
