// The page of one file: download, and for its owner name, expiry, readers, links, log and deletion. Every form works
// without a script.
import * as z from "zod";
import { fileNameSchema, folderSchema } from "../../../worker/jobs/files/rows/names.ts";
import { linkIdSchema, linkWish } from "../links/api.ts";
import { listLinks, revokeLink } from "../links/link-store.ts";
import { makeLink } from "../links/make-link.ts";
import { passwordSchema } from "../links/passwords.ts";
import { readLog } from "../log/read-log.ts";
import { type Route, route } from "../route.ts";
import { searchDirectory } from "../shares/directory.ts";
import { shareFile, sharesOf } from "../shares/share-file.ts";
import { manyField, numberField, optionalField } from "../store/form-fields.ts";
import { hoursWithin, limitsOf } from "../store/limits.ts";
import { pageResponse } from "../ui/page.ts";
import { redirectTo } from "../ui/redirect.ts";
import { changeFile } from "./change-file.ts";
import { download, previewAddress } from "./download.ts";
import { ownFile, readableFile } from "./find-file.ts";
import { refusedText } from "./selected.ts";
import { filePage, madeLinkPage } from "./views/file-page.ts";

const params = z.object({ id: z.string() });
const linkParams = z.object({ id: z.string(), link: linkIdSchema });

const shareForm = z.object({ mode: z.enum(["add", "remove"]), people: manyField(50) });

const linkForm = z.object({
  password: optionalField(passwordSchema),
  maxDownloads: optionalField(numberField.pipe(linkWish.shape.maxDownloads.unwrap())),
  hours: optionalField(numberField.positive()),
});

const pathOf = (id: string) => `/files/${encodeURIComponent(id)}` as const;

/** The routes of one file's page. */
export const filePageRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/files/:id",
    access: "session",
    summary: "A file",
    inputs: { params, query: z.object({ find: z.string().max(100).optional() }) },
    handle: async (visit) => {
      const { deps, visitor, query } = visit;
      const seen = await readableFile(deps, visitor, visit.params.id);
      const { id, owner } = seen.file;
      const shown = { seen, visitor, now: deps.now(), preview: await previewAddress(deps, seen.file) };
      if (!seen.mine) return pageResponse(visit, filePage(shown));
      const [shares, links, log, found] = await Promise.all([
        sharesOf(deps, id),
        listLinks(deps, { fileId: id }),
        readLog(deps, { owner, fileId: id }, undefined),
        searchDirectory(deps, visitor.id, query.find ?? ""),
      ]);
      const had = new Set(shares.map(({ person }) => person));
      const people = found.filter((entry) => !had.has(entry.id)).slice(0, 10);
      const more = { shares, links, log, people, find: query.find ?? "", limits: limitsOf(deps) };
      return pageResponse(visit, filePage({ ...shown, own: more }));
    },
  }),
  route({
    method: "GET",
    path: "/files/:id/download",
    access: "session",
    summary: "Downloads a file",
    inputs: { params },
    handle: async ({ context, deps, visitor, params: { id } }) => {
      const { file } = await readableFile(deps, visitor, id);
      return context.redirect(
        await download(deps, file, { actor: visitor.id, actorName: visitor.name }),
        303,
      );
    },
  }),
  route({
    method: "POST",
    path: "/files/:id/name",
    access: "session",
    summary: "Renames a file or moves it to a folder",
    inputs: { params, body: z.object({ name: fileNameSchema, folder: folderSchema.default("") }) },
    handle: async (visit) => {
      const { deps, visitor, body } = visit;
      const { name, folder } = body;
      const file = await changeFile(deps, visitor, await ownFile(deps, visitor, visit.params.id), {
        name,
        folder,
      });
      return redirectTo(visit, pathOf(file.id), { tone: "good", text: `“${file.name}” is its name now.` });
    },
  }),
  route({
    method: "POST",
    path: "/files/:id/expiry",
    access: "session",
    summary: "Changes how long a file is kept",
    inputs: { params, body: z.object({ hours: numberField.positive() }) },
    handle: async (visit) => {
      const { deps, visitor, body } = visit;
      const hours = hoursWithin(deps, body.hours);
      const { id } = await changeFile(deps, visitor, await ownFile(deps, visitor, visit.params.id), {
        hours,
      });
      return redirectTo(visit, pathOf(id), { tone: "good", text: "The file has a new expiry." });
    },
  }),
  route({
    method: "POST",
    path: "/files/:id/people",
    access: "session",
    summary: "Shares a file with people, or takes it back",
    inputs: { params, body: shareForm },
    handle: async (visit) => {
      const { deps, visitor, body } = visit;
      const { refused } = await shareFile(deps, visitor, visit.params.id, body);
      const problems = refusedText(refused);
      const good = body.mode === "add" ? "The file is shared." : "The file is taken back.";
      const text = problems.length === 0 ? good : `${problems.join(". ")}.`;
      return redirectTo(visit, pathOf(visit.params.id), {
        tone: problems.length === 0 ? "good" : "bad",
        text,
      });
    },
  }),
  route({
    method: "POST",
    path: "/files/:id/links",
    access: "session",
    summary: "Makes a link to a file and shows its address once",
    inputs: { params, body: linkForm },
    handle: async (visit) => {
      const { deps, visitor, body } = visit;
      if (body.hours !== undefined) hoursWithin(deps, body.hours);
      const file = await ownFile(deps, visitor, visit.params.id);
      const { url } = await makeLink(deps, visitor, file, body);
      return pageResponse(visit, madeLinkPage(file, url));
    },
  }),
  route({
    method: "POST",
    path: "/files/:id/links/:link/revoke",
    access: "session",
    summary: "Revokes a link",
    inputs: { params: linkParams },
    handle: async (visit) => {
      await revokeLink(visit.deps, visit.visitor, visit.params.link);
      return redirectTo(visit, pathOf(visit.params.id), { tone: "good", text: "The link is revoked." });
    },
  }),
];
