// A link by which an outsider gets one file, or sends files to a person (a request). Only the token's hash is stored.
import { createHash } from "node:crypto";
import * as z from "zod";

/** Id of the row of a token: its SHA-256, hexadecimal. */
export const linkId = (token: string): string => createHash("sha256").update(token).digest("hex");

/** What a request accepts and has received. */
export const requestSchema = z.object({
  /** Bytes of all files together. */
  maxBytes: z.number().int().positive(),
  maxFiles: z.number().int().positive(),
  received: z.number().int().nonnegative(),
  receivedBytes: z.number().int().nonnegative(),
  /** What the owner asks for, shown to the outsider. */
  note: z.string().max(1000).default(""),
});

const passwordSchema = z.object({
  salt: z.string(),
  hash: z.string(),
  /** Parameters of the function that made the hash. */
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const linkRowSchema = z.object({
  /** SHA-256 of the token. */
  id: z.string(),
  kind: z.enum(["file", "request"]),
  /** Id of the person who made it. */
  owner: z.string(),
  ownerName: z.string().default(""),
  /** The owner of a request: partition of the index `requests`. */
  requestOf: z.string().optional(),
  /** Only for links to a file. */
  fileId: z.string().optional(),
  /** The file's name when the link was made, or the request's title. */
  name: z.string(),
  password: passwordSchema.optional(),
  maxDownloads: z.number().int().positive().optional(),
  downloads: z.number().int().nonnegative().default(0),
  /** ISO 8601, UTC. */
  lastUsedAt: z.string().optional(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  /** Epoch seconds. Check it on every use: DynamoDB deletes the row only some time later. */
  expiresAt: z.number().int(),
  /** ISO 8601, UTC. */
  revokedAt: z.string().optional(),
  request: requestSchema.optional(),
});

export type LinkRow = z.infer<typeof linkRowSchema>;

/** True when the link still works, apart from its password. */
export function isUsable(row: LinkRow, now: number): boolean {
  if (row.revokedAt !== undefined || row.expiresAt * 1000 <= now) return false;
  if (row.maxDownloads !== undefined && row.downloads >= row.maxDownloads) return false;
  return row.request === undefined || row.request.received < row.request.maxFiles;
}
