// The pages of files: the two lists, and what is done to several at once.
import * as z from "zod";
import { fileRowSchema, isAvailable } from "../../../worker/jobs/files/rows/file-row.ts";
import { fileIdSchema } from "../../../worker/jobs/files/rows/ids.ts";
import { batchGet } from "../../shared/batch-get.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { makePack } from "../packs/make-pack.ts";
import { type Route, route, type Visit } from "../route.ts";
import { searchDirectory } from "../shares/directory.ts";
import { cursorText } from "../store/cursor.ts";
import { manyField, numberField, optionalField } from "../store/form-fields.ts";
import { hoursWithin, limitsOf } from "../store/limits.ts";
import { pageResponse } from "../ui/page.ts";
import { redirectTo } from "../ui/redirect.ts";
import { readQuota } from "../uploads/issue-upload.ts";
import { listQuery } from "./api.ts";
import { firstDirection } from "./arrange-files.ts";
import { previewAddress } from "./download.ts";
import type { SeenFile } from "./find-file.ts";
import { listLimits, ownFiles, sharedFiles } from "./list-files.ts";
import { deleteAll, extendAll, outcomeNotice, shareAll } from "./selected.ts";
import { listPage } from "./views/list-page.ts";
import { deletePage, sharePage } from "./views/selected.ts";

const query = listQuery.omit({ view: true, limit: true });

const selected = z.object({
  action: z.enum(["zip", "share", "extend", "delete"]),
  file: manyField(listLimits.page),
  people: manyField(50),
  hours: optionalField(numberField.positive()),
  sure: z.literal("yes").optional(),
});

type ListVisit = Visit<"session", { query: typeof query }>;

async function showList(visit: ListVisit, own: boolean): Promise<Response> {
  const { deps, visitor } = visit;
  const wish = { ...visit.query, limit: listLimits.page };
  const [page, quota] = await Promise.all([
    own ? ownFiles(deps, visitor, wish) : sharedFiles(deps, visitor, wish),
    own ? readQuota(deps, visitor.id) : undefined,
  ]);
  const { search, sort, direction = firstDirection(sort), cursor } = visit.query;
  const limits = limitsOf(deps);
  return pageResponse(
    visit,
    listPage({
      ...page,
      next: page.next,
      previews: await previewsOf(deps, page.files),
      sorting: { by: sort, direction },
      own,
      now: deps.now(),
      visitor,
      query: { search, ...(sort !== "newest" && { sort }), ...(visit.query.direction && { direction }) },
      search,
      first: cursor === undefined || cursorText(cursor) === cursorText({ skip: 0 }),
      limits,
      ...(quota && { room: { bytes: quota.bytes, quotaBytes: limits.quotaBytes } }),
    }),
  );
}

async function previewsOf(deps: WebDependencies, files: readonly SeenFile[]): Promise<Map<string, string>> {
  const all = await Promise.all(
    files.map(async ({ file }) => [file.id, await previewAddress(deps, file)] as const),
  );
  return new Map(all.flatMap(([id, address]) => (address === undefined ? [] : [[id, address] as const])));
}

/** The person's own files among those selected. Others are left out without a word. */
async function chosenFiles({ db, names, now }: WebDependencies, visitor: Visitor, ids: readonly string[]) {
  const known = [...new Set(ids)].filter((id) => fileIdSchema.safeParse(id).success);
  if (known.length === 0) return [];
  const found = await batchGet(db, { [names.tables.files]: known.map((id) => ({ id })) });
  const rows = (found[names.tables.files] ?? []).map((item) => fileRowSchema.parse(item));
  return rows.filter((row) => row.owner === visitor.id && isAvailable(row, now()));
}

async function doSelected(visit: Visit<"session", { body: typeof selected }>): Promise<Response> {
  const { deps, visitor, body } = visit;
  const files = await chosenFiles(deps, visitor, body.file);
  if (files.length === 0)
    return redirectTo(visit, "/files", { tone: "bad", text: "Select some files first." });
  if (body.action === "delete" && body.sure === undefined)
    return pageResponse(visit, deletePage(visitor, files));
  if (body.action === "share" && body.people.length === 0)
    return pageResponse(visit, sharePage(visitor, files, await searchDirectory(deps, visitor.id, "")));
  if (body.action === "zip") {
    const { name } = await makePack(
      deps,
      visitor,
      files.map(({ id }) => id),
    );
    const text = `“${name}” is being made. It appears here by itself when it is ready.`;
    return redirectTo(visit, "/files", { tone: "good", text });
  }
  const outcome =
    body.action === "delete"
      ? await deleteAll(deps, visitor, files)
      : body.action === "share"
        ? await shareAll(deps, visitor, files, body.people)
        : await extendAll(deps, visitor, files, hoursWithin(deps, body.hours));
  return redirectTo(visit, "/files", outcomeNotice(body.action, outcome));
}

/** The pages of lists. */
export const filePages: readonly Route[] = [
  route({
    method: "GET",
    path: "/files",
    access: "session",
    summary: "Your files",
    inputs: { query },
    handle: (visit) => showList(visit, true),
  }),
  route({
    method: "GET",
    path: "/shared",
    access: "session",
    summary: "Files shared with you",
    inputs: { query },
    handle: (visit) => showList(visit, false),
  }),
  route({
    method: "POST",
    path: "/files/selected",
    access: "session",
    summary: "Deletes, shares, zips or extends several files",
    inputs: { body: selected },
    handle: doSelected,
  }),
];
