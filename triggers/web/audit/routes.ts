// The audit for admins: page, CSV and API.
import * as z from "zod";
import { type AuditRow, auditActions, auditTime } from "../../../worker/jobs/files/rows/audit-row.ts";
import { Refused } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { auditCsv } from "./csv.ts";
import { collect, readAuditPage } from "./read.ts";
import { searchInput, withPeriod } from "./search.ts";
import { auditCsvPath, auditPath, auditView } from "./views.ts";

const entriesAPage = 50;

/** Entries of one CSV at most: what a Lambda's answer holds. */
const csvEntries = 20_000;

const entrySchema = z.object({
  time: z.iso.datetime(),
  action: z.enum(auditActions),
  actor: z.string(),
  actorName: z.string(),
  owner: z.string().optional(),
  fileId: z.string().optional(),
  fileName: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

const answerSchema = z.object({
  entries: z.array(entrySchema),
  /** Fields to ask for the next entries with; null after the last. */
  next: z.object({ after: z.string().optional(), skip: z.number().optional() }).nullable(),
});

const shown = ({ day: _, at, expiresAt: __, ...entry }: AuditRow) => ({ time: auditTime({ at }), ...entry });

export const auditRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: auditPath,
    access: "admin",
    summary: "Who did what with which file",
    inputs: { query: searchInput },
    handle: async (visit) => {
      const search = withPeriod(visit.query, visit.deps.now());
      return pageResponse(visit, auditView(search, await readAuditPage(visit.deps, search, entriesAPage)));
    },
  }),
  route({
    method: "GET",
    path: auditCsvPath,
    access: "admin",
    summary: "The entries of a search as CSV",
    inputs: { query: searchInput },
    handle: async ({ context, deps, query }) => {
      const search = withPeriod(query, deps.now());
      const { found, cut } = await collect(deps, { ...search, after: undefined }, csvEntries);
      if (cut)
        throw new Refused(
          422,
          "too-many-entries",
          `The period holds more than ${csvEntries} entries. Choose fewer days.`,
          "from",
        );
      const name = `audit-${search.from}-${search.to}.csv`;
      return context.body(auditCsv(found), 200, {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": `attachment; filename="${name}"`,
      });
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/admin/audit",
    access: "admin",
    summary: "Who did what with which file",
    inputs: { query: searchInput },
    answer: answerSchema,
    handle: async ({ context, deps, query }) => {
      const search = withPeriod(query, deps.now());
      const { entries, next } = await readAuditPage(deps, search, entriesAPage);
      return context.json({ entries: entries.map(shown), next: next ?? null });
    },
  }),
];
