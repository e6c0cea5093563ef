// The API of requests, for the person who asks.
import * as z from "zod";
import { isUsable, type LinkRow } from "../../../worker/jobs/files/rows/link-row.ts";
import { fileNameSchema } from "../../../worker/jobs/files/rows/names.ts";
import { linkIdSchema } from "../links/api.ts";
import { revokeLink } from "../links/link-store.ts";
import { passwordSchema } from "../links/passwords.ts";
import { type Route, route } from "../route.ts";
import { hoursWithin } from "../store/limits.ts";
import { makeRequest, ownRequests } from "./make-request.ts";

/** What a request takes. */
export const requestWish = z.object({
  name: fileNameSchema,
  note: z.string().max(1000).default(""),
  maxFiles: z.number().int().min(1).max(1000).default(20),
  maxBytes: z
    .number()
    .int()
    .min(1)
    .default(1024 ** 3),
  hours: z.number().positive().default(24),
  password: passwordSchema.optional(),
});

const requestSchema = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  maxFiles: z.number(),
  maxBytes: z.number(),
  received: z.number(),
  receivedBytes: z.number(),
  hasPassword: z.boolean(),
  createdAt: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().optional(),
  works: z.boolean(),
});

function requestView(row: LinkRow, now: number): z.infer<typeof requestSchema> {
  const { id, name, password, createdAt, expiresAt, revokedAt } = row;
  const { maxFiles = 0, maxBytes = 0, received = 0, receivedBytes = 0, note = "" } = row.request ?? {};
  return {
    ...{ id, name, note, maxFiles, maxBytes, received, receivedBytes, createdAt },
    hasPassword: password !== undefined,
    expiresAt: new Date(expiresAt * 1000).toISOString(),
    ...(revokedAt !== undefined && { revokedAt }),
    works: isUsable(row, now),
  };
}

/** The API's routes for the person who asks. */
export const requestApi: readonly Route[] = [
  route({
    method: "POST",
    path: "/api/v1/requests",
    access: "session",
    summary: "Makes a link by which others send files to the person. Its address is told only now",
    inputs: { body: requestWish },
    answer: z.object({ url: z.string(), request: requestSchema }),
    answers: 201,
    handle: async ({ context, deps, visitor, body }) => {
      hoursWithin(deps, body.hours);
      const { row, url } = await makeRequest(deps, visitor, body);
      return context.json({ url, request: requestView(row, deps.now()) }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/requests",
    access: "session",
    summary: "The person's requests, with what has come in",
    answer: z.object({ requests: z.array(requestSchema) }),
    handle: async ({ context, deps, visitor }) => {
      const rows = await ownRequests(deps, visitor.id);
      return context.json({ requests: rows.map((row) => requestView(row, deps.now())) });
    },
  }),
  route({
    method: "DELETE",
    path: "/api/v1/requests/:id",
    access: "session",
    summary: "Revokes a request",
    inputs: { params: z.object({ id: linkIdSchema }) },
    answer: requestSchema,
    handle: async ({ context, deps, visitor, params: { id } }) =>
      context.json(requestView(await revokeLink(deps, visitor, id), deps.now())),
  }),
];
