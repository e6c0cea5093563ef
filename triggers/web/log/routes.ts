// A person's log of their own files: who downloaded what, and when.
import * as z from "zod";
import { ownFile } from "../files/find-file.ts";
import { type Route, route } from "../route.ts";
import { cursorInput } from "../store/cursor.ts";
import { pageResponse } from "../ui/page.ts";
import { logEntrySchema, readLog } from "./read-log.ts";
import { logView } from "./views.ts";

const query = z.object({ cursor: cursorInput.optional() });
const answer = z.object({ entries: z.array(logEntrySchema), next: z.string().optional() });

/** The routes of the log. */
export const logRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/log",
    access: "session",
    summary: "What happened to your files",
    inputs: { query },
    handle: async (visit) => {
      const { deps, visitor, query: asked } = visit;
      const page = await readLog(deps, { owner: visitor.id }, asked.cursor);
      return pageResponse(visit, logView(page, asked.cursor === undefined));
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/log",
    access: "session",
    summary: "What happened to the person's files, the newest first",
    inputs: { query },
    answer,
    handle: async ({ context, deps, visitor, query: { cursor } }) =>
      context.json(await readLog(deps, { owner: visitor.id }, cursor)),
  }),
  route({
    method: "GET",
    path: "/api/v1/files/:id/log",
    access: "session",
    summary: "What happened to a file, for its owner",
    inputs: { params: z.object({ id: z.string() }), query },
    answer,
    handle: async ({ context, deps, visitor, params: { id }, query: { cursor } }) => {
      const { id: fileId, owner } = await ownFile(deps, visitor, id);
      return context.json(await readLog(deps, { owner, fileId }, cursor));
    },
  }),
];
