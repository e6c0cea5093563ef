// The API of archives: ask for one, and see when it is ready.
import * as z from "zod";
import { fileIdSchema } from "../../../worker/jobs/files/rows/ids.ts";
import { type PackRow, packLimits } from "../../../worker/jobs/files/rows/pack-row.ts";
import { type Route, route } from "../route.ts";
import { makePack, ownPack } from "./make-pack.ts";

const packSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(["waiting", "ready", "failed"]),
  /** The archive, once it is ready. */
  fileId: z.string().optional(),
  /** Names of files that could not be read any more. */
  missing: z.array(z.string()).optional(),
  reason: z.string().optional(),
});

const packView = ({ id, name, state, fileId, missing, reason }: PackRow) => ({
  ...{ id, name, state },
  ...(fileId !== undefined && { fileId }),
  ...(missing !== undefined && { missing }),
  ...(reason !== undefined && { reason }),
});

/** The API's routes of archives. */
export const packApi: readonly Route[] = [
  route({
    method: "POST",
    path: "/api/v1/packs",
    access: "session",
    summary: "Asks for one archive of several files",
    inputs: { body: z.object({ files: z.array(fileIdSchema).min(1).max(packLimits.files) }) },
    answer: packSchema,
    answers: 202,
    handle: async ({ context, deps, visitor, body: { files } }) =>
      context.json(packView(await makePack(deps, visitor, files)), 202),
  }),
  route({
    method: "GET",
    path: "/api/v1/packs/:id",
    access: "session",
    summary: "An archive that was asked for",
    inputs: { params: z.object({ id: fileIdSchema }) },
    answer: packSchema,
    handle: async ({ context, deps, visitor, params: { id } }) =>
      context.json(packView(await ownPack(deps, visitor, id))),
  }),
];
