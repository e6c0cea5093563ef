// The row of a file: what it is, whose it is, and until when. Knows no client, so that pages and triggers import it.
import * as z from "zod";
import { fileIdSchema } from "./ids.ts";

/** The partitions of the index `due`. Files are spread over them. */
export const fileShards = [..."0123456789abcdef"] as const;

export type FileShard = (typeof fileShards)[number];

/** The shard of a file: the first six bits of its id, modulo 16. */
export function shardOf(fileId: string): FileShard {
  const [first = 0] = Buffer.from(fileId, "base64url");
  return fileShards[first % fileShards.length] ?? "0";
}

/** How a file came: a person uploaded it, an outsider sent it to a request, or a job packed it from others. */
export const fileOrigins = ["upload", "request", "pack"] as const;

/** A checksum over all bytes of a file, in base64. */
export const checksumSchema = z.object({
  /** SHA-256 for files that S3 copies in one call and for packs; CRC-64/NVME for larger ones (store-file/copy.ts). */
  algorithm: z.enum(["SHA256", "CRC64NVME"]),
  value: z.string().min(1),
});

export type FileChecksum = z.infer<typeof checksumSchema>;

const previewSchema = z.object({
  key: z.string(),
  versionId: z.string(),
  bytes: z.number().int().nonnegative(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  contentType: z.string(),
});

export const fileRowSchema = z.object({
  id: fileIdSchema,
  /** Id of the person. */
  owner: z.string().min(1),
  name: z.string(),
  /** Empty, or names between slashes. */
  folder: z.string().default(""),
  bytes: z.number().int().nonnegative(),
  /** By the file's bytes, never by its name or by what the uploader said. */
  contentType: z.string(),
  checksum: checksumSchema,
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  preview: previewSchema.optional(),
  origin: z.enum(fileOrigins),
  /** Id of the request that the file came through. */
  requestId: z.string().optional(),
  /** How the outsider who sent the file calls themselves. Untrusted. */
  from: z.string().optional(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  /** ISO 8601, UTC. From then on nobody gets the file, whether it has been swept or not. */
  expiresAt: z.string(),
  /** ISO 8601, UTC: when the owner deleted it or the sweeper found it expired. */
  endedAt: z.string().optional(),
  /** The owner while the file is ready: partition of the index `listed`. */
  listedFor: z.string().optional(),
  /** While it is `storing`, a job writes its objects and no person sees it: every object has a row, whatever happens. */
  state: z.enum(["storing", "ready", "deleted", "expired"]),
  /** The number of people it is shared with. */
  sharedWith: z.number().int().nonnegative().default(0),
  downloads: z.number().int().nonnegative().default(0),
  /** Raised by every change. Every write is conditional on it. */
  version: z.number().int().positive(),
  /** Partition of the index `due`. Removed when the objects of an ended file are deleted. */
  shard: z.enum(fileShards).optional(),
  /** ISO 8601, UTC: when the sweeper has work: the expiry of a ready file, else when its objects can be deleted. */
  dueAt: z.string().optional(),
  /** Epoch seconds after which DynamoDB may delete the row of an ended file. */
  forgetAt: z.number().int().optional(),
});

export type FileRow = z.infer<typeof fileRowSchema>;

/** The row of an ended file is kept this long. */
export const keepEndedSeconds = 90 * 24 * 60 * 60;

/** True when people may still get the file. Ask it on every read. */
export const isAvailable = (
  { state, expiresAt }: Pick<FileRow, "state" | "expiresAt">,
  now: number,
): boolean => state === "ready" && Date.parse(expiresAt) > now;

/**
 * What a change of `expiresAt` sets besides: the sweeper's time is the same. The end of a file sets `dueAt` to that time
 * and keeps `shard`, so that the sweeper deletes its objects.
 */
export const expiryOf = (createdAtMs: number, hours: number): { expiresAt: string; dueAt: string } => {
  const expiresAt = new Date(createdAtMs + hours * 60 * 60 * 1000).toISOString();
  return { expiresAt, dueAt: expiresAt };
};

/**
 * What limits the rows of one file, so that its end fits into one transaction, and the requests of one person, so that a
 * list has an end. What has expired does not count.
 */
export const fileLimits = { people: 50, links: 30, requests: 100 } as const;
