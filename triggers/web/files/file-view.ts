// A file as people and scripts see it.
import * as z from "zod";
import { checksumSchema, fileOrigins } from "../../../worker/jobs/files/rows/file-row.ts";
import type { SeenFile } from "./find-file.ts";

export const fileViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Empty, or names between slashes. */
  folder: z.string(),
  bytes: z.number(),
  /** By the file's bytes. */
  contentType: z.string(),
  /** In base64. */
  checksum: checksumSchema,
  createdAt: z.string(),
  expiresAt: z.string(),
  mine: z.boolean(),
  owner: z.object({ id: z.string(), name: z.string() }),
  /** How many people it is shared with, and how often it was downloaded: for its owner only. */
  sharedWith: z.number().optional(),
  downloads: z.number().optional(),
  origin: z.enum(fileOrigins),
  /** How the outsider who sent it calls themselves. */
  from: z.string().optional(),
  hasPreview: z.boolean(),
});

export type FileView = z.infer<typeof fileViewSchema>;

/** A file as its owner or a reader sees it. */
export function fileView({ file, mine, ownerName }: SeenFile): FileView {
  const { id, name, folder, bytes, contentType, checksum, createdAt, expiresAt, origin, from } = file;
  return {
    id,
    name,
    folder,
    bytes,
    contentType,
    checksum,
    createdAt,
    expiresAt,
    mine,
    owner: { id: file.owner, name: ownerName },
    ...(mine && { sharedWith: file.sharedWith, downloads: file.downloads }),
    origin,
    ...(mine && from !== undefined && { from }),
    hasPreview: file.preview !== undefined,
  };
}
