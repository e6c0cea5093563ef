// The API of requests, for whoever has the link. The later steps of an upload need its id, which nobody can guess.
import * as z from "zod";
import { fileIdSchema } from "../../../worker/jobs/files/rows/ids.ts";
import { fileNameSchema, folderSchema } from "../../../worker/jobs/files/rows/names.ts";
import { presentedPassword } from "../links/passwords.ts";
import { type Route, route } from "../route.ts";
import {
  completeSchema,
  issuedSchema,
  partAddressesSchema,
  partNumbersSchema,
  uploadSchema,
} from "../uploads/schemas.ts";
import { addressesOf, cancelUpload, completeUpload, uploadWithParts } from "../uploads/upload-steps.ts";
import { answeredUpload, answerRequest } from "./answer-request.ts";

const token = z.object({ token: z.string() });
const params = z.object({ token: z.string(), id: fileIdSchema });

const answer = z.object({
  name: fileNameSchema,
  folder: folderSchema.default(""),
  bytes: z.number().int().nonnegative(),
  /** How the sender calls themselves. */
  from: z.string().trim().max(100).default(""),
  password: presentedPassword,
});

const path = "/api/v1/requests/:token/uploads" as const;

/** The public API's routes of requests. */
export const requestPublicApi: readonly Route[] = [
  route({
    method: "POST",
    path,
    access: "public",
    anonymous: true,
    summary: "Announces a file for a request and gets the address to send it to",
    inputs: { params: token, body: answer },
    answer: issuedSchema,
    answers: 201,
    handle: async ({ context, deps, params: at, body }) =>
      context.json(await answerRequest(deps, at.token, body), 201),
  }),
  route({
    method: "GET",
    path: `${path}/:id`,
    access: "public",
    anonymous: true,
    summary: "An upload for a request, with the parts that have arrived",
    inputs: { params },
    answer: uploadSchema,
    handle: async ({ context, deps, params: at }) =>
      context.json(await uploadWithParts(deps, await answeredUpload(deps, at.token, at.id))),
  }),
  route({
    method: "POST",
    path: `${path}/:id/parts`,
    access: "public",
    anonymous: true,
    summary: "Addresses for parts of a large file for a request",
    inputs: { params, body: partNumbersSchema },
    answer: partAddressesSchema,
    handle: async ({ context, deps, params: at, body }) => {
      const upload = await answeredUpload(deps, at.token, at.id);
      return context.json({ urls: await addressesOf(deps, upload, body.numbers) });
    },
  }),
  route({
    method: "POST",
    path: `${path}/:id/complete`,
    access: "public",
    anonymous: true,
    summary: "Puts the parts of a large file for a request together",
    inputs: { params, body: completeSchema },
    maxBodyBytes: 2 * 1024 * 1024,
    answers: 202,
    handle: async ({ context, deps, params: at, body }) => {
      await completeUpload(deps, await answeredUpload(deps, at.token, at.id), body.parts);
      return context.json({ id: at.id }, 202);
    },
  }),
  route({
    method: "DELETE",
    path: `${path}/:id`,
    access: "public",
    anonymous: true,
    summary: "Cancels an upload for a request",
    inputs: { params },
    answers: 204,
    handle: async ({ context, deps, params: at }) => {
      await cancelUpload(deps, await answeredUpload(deps, at.token, at.id));
      return context.body(null, 204);
    },
  }),
];
