// What an admin looks for in the audit.
import * as z from "zod";
import { auditActions } from "../../../worker/jobs/files/rows/audit-row.ts";

/** The longest period, in days. */
export const longestPeriodDays = 92;

const day = z.iso.date("takes a day such as 2026-11-29");
const columns = ["time", "action", "person", "file"] as const;

/** A search in an address. A field that cannot be used is refused. */
export const searchInput = z.object({
  from: day.optional(),
  to: day.optional(),
  action: z.enum(auditActions, "takes the name of an action").optional(),
  /** Id of the person who acted. */
  person: z.string().max(200, "takes at most 200 characters").optional(),
  file: z
    .string()
    .regex(/^[\w-]{22}$/, "takes the id of a file")
    .optional(),
  text: z.string().trim().max(200, "takes at most 200 characters").optional(),
  sort: z.enum(columns, "takes time, action, person or file").default("time"),
  direction: z.enum(["up", "down"], "takes up or down").default("down"),
  /** The list goes on after this entry (by time), or after so many (by another column). */
  after: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\w-]{1,40}$/, "takes the place where a list goes on")
    .optional(),
  skip: z.coerce.number().int().min(0).max(100_000).default(0),
});

/** A search with its period. */
export type AuditSearch = Omit<z.infer<typeof searchInput>, "from" | "to"> & { from: string; to: string };

/** The search with a period of at most three months; the last seven days unless it says otherwise. */
export function withPeriod(asked: z.infer<typeof searchInput>, now: number): AuditSearch {
  const to = asked.to ?? dayOf(now);
  const earliest = dayOf(Date.parse(to) - (longestPeriodDays - 1) * dayMs);
  const from = asked.from ?? dayOf(Date.parse(to) - 6 * dayMs);
  return { ...asked, to, from: from > to ? to : from < earliest ? earliest : from };
}

/** The days of a period, oldest first. */
export function daysOf({ from, to }: Pick<AuditSearch, "from" | "to">): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) days.push(dayOf(at));
  return days;
}

const dayMs = 24 * 60 * 60 * 1000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
