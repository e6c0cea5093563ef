// The API by which an owner makes, lists and revokes links.
import * as z from "zod";
import { isUsable, type LinkRow } from "../../../worker/jobs/files/rows/link-row.ts";
import { ownFile } from "../files/find-file.ts";
import { type Route, route } from "../route.ts";
import { hoursWithin } from "../store/limits.ts";
import { listLinks, revokeLink } from "./link-store.ts";
import { makeLink } from "./make-link.ts";
import { passwordSchema } from "./passwords.ts";

const params = z.object({ id: z.string() });

/** Ids of links are hashes of their tokens. */
export const linkIdSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** What a link allows. */
export const linkWish = z.object({
  password: passwordSchema.optional(),
  maxDownloads: z.number().int().min(1).max(100_000).optional(),
  /** From now on; the link ends with its file in any case. */
  hours: z.number().positive().optional(),
});

/** A link as its owner sees it. The token is not in it. */
export const linkViewSchema = z.object({
  id: z.string(),
  fileId: z.string().optional(),
  name: z.string(),
  hasPassword: z.boolean(),
  maxDownloads: z.number().optional(),
  downloads: z.number(),
  lastUsedAt: z.string().optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().optional(),
  /** Whether it still works. */
  works: z.boolean(),
});

export type LinkView = z.infer<typeof linkViewSchema>;

/** A link as its owner sees it. */
export function linkView(row: LinkRow, now: number): LinkView {
  const { id, fileId, name, maxDownloads, downloads, lastUsedAt, createdAt, revokedAt } = row;
  return {
    id,
    ...(fileId !== undefined && { fileId }),
    name,
    hasPassword: row.password !== undefined,
    ...(maxDownloads !== undefined && { maxDownloads }),
    downloads,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    createdAt,
    expiresAt: new Date(row.expiresAt * 1000).toISOString(),
    ...(revokedAt !== undefined && { revokedAt }),
    works: isUsable(row, now),
  };
}

const linksAnswer = z.object({ links: z.array(linkViewSchema) });

/** The API's routes of links. */
export const linkApi: readonly Route[] = [
  route({
    method: "POST",
    path: "/api/v1/files/:id/links",
    access: "session",
    summary: "Makes a link to a file. Its address is told only now",
    inputs: { params, body: linkWish },
    answer: z.object({ url: z.string(), link: linkViewSchema }),
    answers: 201,
    handle: async ({ context, deps, visitor, params: { id }, body }) => {
      if (body.hours !== undefined) hoursWithin(deps, body.hours);
      const { row, url } = await makeLink(deps, visitor, await ownFile(deps, visitor, id), body);
      return context.json({ url, link: linkView(row, deps.now()) }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/files/:id/links",
    access: "session",
    summary: "The links to a file, with how often and when last they were used",
    inputs: { params },
    answer: linksAnswer,
    handle: async ({ context, deps, visitor, params: { id } }) => {
      const file = await ownFile(deps, visitor, id);
      const links = await listLinks(deps, { fileId: file.id });
      return context.json({ links: links.map((row) => linkView(row, deps.now())) });
    },
  }),
  route({
    method: "DELETE",
    path: "/api/v1/links/:id",
    access: "session",
    summary: "Revokes a link",
    inputs: { params: z.object({ id: linkIdSchema }) },
    answer: linkViewSchema,
    handle: async ({ context, deps, visitor, params: { id } }) =>
      context.json(linkView(await revokeLink(deps, visitor, id), deps.now())),
  }),
];
