// The API by which a signed-in person sends files: issue, sign parts, see what has arrived, complete, cancel.
import * as z from "zod";
import { fileIdSchema } from "../../../worker/jobs/files/rows/ids.ts";
import { fileNameSchema, folderSchema } from "../../../worker/jobs/files/rows/names.ts";
import type { UploadRow } from "../../../worker/jobs/files/rows/upload-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { linkWish } from "../links/api.ts";
import { prepareLink } from "../links/make-link.ts";
import { NotFound } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { commit } from "../store/commit.ts";
import { hoursWithin } from "../store/limits.ts";
import { issueUpload } from "./issue-upload.ts";
import {
  completeSchema,
  issuedSchema,
  partAddressesSchema,
  partNumbersSchema,
  uploadSchema,
} from "./schemas.ts";
import { addressesOf, cancelUpload, completeUpload, uploadView, uploadWithParts } from "./upload-steps.ts";
import { readUpload, unfinishedUploads } from "./upload-store.ts";

const params = z.object({ id: fileIdSchema });

const wish = z.object({
  name: fileNameSchema,
  folder: folderSchema.default(""),
  bytes: z.number().int().nonnegative(),
  hours: z.number().positive().optional(),
  /** Also makes a link to the file, which works as soon as the file is stored. */
  link: linkWish.optional(),
});

/** An upload takes a day at most. Its link may be older than the file by as much. */
const uploadMs = 24 * 60 * 60 * 1000;

/** The person's own upload. @throws NotFound */
async function ownUpload(deps: WebDependencies, person: string, id: string): Promise<UploadRow> {
  const upload = await readUpload(deps, id);
  if (upload?.owner !== person || upload.requestId !== undefined) throw new NotFound();
  return upload;
}

/** Routes of uploads. */
export const uploadRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/api/v1/uploads",
    access: "session",
    summary: "Announces a file and gets the address to send it to",
    inputs: { body: wish },
    answer: issuedSchema.and(z.object({ link: z.object({ url: z.string() }).optional() })),
    answers: 201,
    handle: async ({ context, deps, visitor, body: { link, ...body } }) => {
      const recipient = { owner: visitor.id, ownerName: visitor.name };
      const hours = hoursWithin(deps, body.hours);
      if (link?.hours !== undefined) hoursWithin(deps, link.hours);
      const issued = await issueUpload(deps, recipient, { ...body, hours });
      if (link === undefined) return context.json(issued, 201);
      const file = { fileId: issued.id, name: body.name, untilMs: deps.now() + uploadMs + hours * 3_600_000 };
      const { made, actions } = await prepareLink(deps, visitor, file, link);
      await commit(deps.db, actions);
      return context.json({ ...issued, link: { url: made.url } }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/uploads",
    access: "session",
    summary: "The person's uploads of the last day that are not stored yet or were refused",
    answer: z.object({ uploads: z.array(uploadSchema.omit({ parts: true })) }),
    handle: async ({ context, deps, visitor }) => {
      const rows = await unfinishedUploads(deps, visitor.id);
      return context.json({ uploads: rows.map((row) => uploadView(row)) });
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/uploads/:id",
    access: "session",
    summary: "An upload, with the parts that have arrived",
    inputs: { params },
    answer: uploadSchema,
    handle: async ({ context, deps, visitor, params: { id } }) => {
      const upload = await ownUpload(deps, visitor.id, id);
      return context.json(await uploadWithParts(deps, upload));
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/uploads/:id/parts",
    access: "session",
    summary: "Addresses for parts of a large file",
    inputs: { params, body: partNumbersSchema },
    answer: partAddressesSchema,
    handle: async ({ context, deps, visitor, params: { id }, body }) => {
      const upload = await ownUpload(deps, visitor.id, id);
      return context.json({ urls: await addressesOf(deps, upload, body.numbers) });
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/uploads/:id/complete",
    access: "session",
    summary: "Puts the parts of a large file together",
    inputs: { params, body: completeSchema },
    maxBodyBytes: 2 * 1024 * 1024,
    answers: 202,
    handle: async ({ context, deps, visitor, params: { id }, body }) => {
      await completeUpload(deps, await ownUpload(deps, visitor.id, id), body.parts);
      return context.json({ id }, 202);
    },
  }),
  route({
    method: "DELETE",
    path: "/api/v1/uploads/:id",
    access: "session",
    summary: "Cancels an upload that has not arrived",
    inputs: { params },
    answers: 204,
    handle: async ({ context, deps, visitor, params: { id } }) => {
      await cancelUpload(deps, await ownUpload(deps, visitor.id, id));
      return context.body(null, 204);
    },
  }),
];
