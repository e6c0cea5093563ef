// The API of files: list, look, download, rename, change the expiry, delete.
import * as z from "zod";
import { fileNameSchema, folderSchema } from "../../../worker/jobs/files/rows/names.ts";
import { type Route, route } from "../route.ts";
import { cursorInput } from "../store/cursor.ts";
import { hoursWithin } from "../store/limits.ts";
import { fileSorts } from "./arrange-files.ts";
import { changeFile, deleteFile } from "./change-file.ts";
import { download } from "./download.ts";
import { fileView, fileViewSchema } from "./file-view.ts";
import { ownFile, readableFile } from "./find-file.ts";
import { listLimits, ownFiles, sharedFiles } from "./list-files.ts";

/** Any text: what is no id of a file is refused like an unknown one. */
const params = z.object({ id: z.string() });

const search = z.string().max(200).default("");

/** What a list of files takes. */
export const listQuery = z.object({
  view: z.enum(["own", "shared"]).default("own"),
  search,
  sort: z.enum(fileSorts).default("newest"),
  direction: z.enum(["up", "down"]).optional(),
  cursor: cursorInput.optional(),
  limit: z.coerce.number().int().min(1).max(listLimits.page).default(listLimits.page),
});

const change = z
  .object({
    name: fileNameSchema.optional(),
    folder: folderSchema.optional(),
    /** From now on. */
    hours: z.number().positive().optional(),
  })
  .strict();

/** The API's routes of files. */
export const fileApi: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/v1/files",
    access: "session",
    summary: "The person's own files, or those shared with them",
    inputs: { query: listQuery },
    answer: z.object({
      files: z.array(fileViewSchema),
      next: z.string().optional(),
      /** There are more files than were searched. */
      partial: z.boolean(),
    }),
    handle: async ({ context, deps, visitor, query }) => {
      const list = query.view === "own" ? ownFiles : sharedFiles;
      const { files, ...page } = await list(deps, visitor, query);
      return context.json({ files: files.map(fileView), ...page });
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/files/:id",
    access: "session",
    summary: "A file",
    inputs: { params },
    answer: fileViewSchema,
    handle: async ({ context, deps, visitor, params: { id } }) =>
      context.json(fileView(await readableFile(deps, visitor, id))),
  }),
  route({
    method: "GET",
    path: "/api/v1/files/:id/download",
    access: "session",
    summary: "Leads to the file's bytes, for a minute",
    inputs: { params },
    answers: 303,
    handle: async ({ context, deps, visitor, params: { id } }) => {
      const { file } = await readableFile(deps, visitor, id);
      const who = { actor: visitor.id, actorName: visitor.name };
      return context.redirect(await download(deps, file, who), 303);
    },
  }),
  route({
    method: "PATCH",
    path: "/api/v1/files/:id",
    access: "session",
    summary: "Renames a file, moves it to a folder, or changes its expiry",
    inputs: { params, body: change },
    answer: fileViewSchema,
    handle: async ({ context, deps, visitor, params: { id }, body }) => {
      if (body.hours !== undefined) hoursWithin(deps, body.hours);
      const file = await changeFile(deps, visitor, await ownFile(deps, visitor, id), body);
      return context.json(fileView({ file, mine: true, ownerName: visitor.name }));
    },
  }),
  route({
    method: "DELETE",
    path: "/api/v1/files/:id",
    access: "session",
    summary: "Deletes a file",
    inputs: { params },
    answers: 204,
    handle: async ({ context, deps, visitor, params: { id } }) => {
      await deleteFile(deps, visitor, await ownFile(deps, visitor, id));
      return context.body(null, 204);
    },
  }),
];
