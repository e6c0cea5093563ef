// Which jobs a page lists, as its address says it: the address is the search, and can be sent to a colleague.
import { z } from "zod";
import { isMasked } from "../../cli/mask.ts";
import { isRevealed } from "../masking/reveal.ts";

/** The states a list can have, in the order of its tabs. */
export const listStates = ["running", "waiting", "rejected", "dead", "ended"] as const;
export type ListState = (typeof listStates)[number];

/** How jobs of the list `ended` can have ended. */
export const listOutcomes = ["completed", "rejected", "dead-lettered"] as const;

const text = (most: number) =>
  z
    .string()
    .max(most)
    .optional()
    .transform((value) => (value === "" ? undefined : value));

/** A time as people type it: a date, a date with a time, or ISO 8601; it is kept as ISO 8601 in UTC. */
const time = text(40)
  .refine((value) => value === undefined || !Number.isNaN(Date.parse(value)), "takes a date and time")
  .transform((value) => (value === undefined ? undefined : new Date(value).toISOString()));

export const filterSchema = z.object({
  state: z.enum(listStates).default("running"),
  kind: text(64),
  outcome: z
    .enum(["", ...listOutcomes])
    .optional()
    .transform((value) => (value === "" ? undefined : value)),
  worker: text(128),
  reason: text(200),
  /** Part of a picture's key, a file's displayed name, or a message group. */
  name: text(200),
  from: time,
  before: time,
});

/** A checked filter. */
export type JobFilter = z.infer<typeof filterSchema>;

/** A filter, and whether people's texts are shown. */
export type AskedJobs = { filter: JobFilter; reveal: boolean };

/** Reads a query. Fields that are wrong are named, each with its limit. */
export function readFilter(
  query: Readonly<Record<string, string>>,
  kinds: readonly string[],
): AskedJobs | { error: string } {
  const parsed = filterSchema.safeParse(query);
  if (!parsed.success)
    return {
      error: parsed.error.issues
        .map(({ path, message }) => `${path.map(String).join(".")}: ${message}`)
        .join("; "),
    };
  const { kind } = parsed.data;
  if (kind !== undefined && !kinds.includes(kind))
    return { error: `kind: there is no ${JSON.stringify(kind)}; the kinds are ${kinds.join(", ")}` };
  return { filter: parsed.data, reveal: isRevealed(query) };
}

/** The fields of a filter for an address, without the cursor. */
export const queryOf = ({ before: _, ...fields }: JobFilter) => fields;

/** The address of a group's page. `group` is its name, or its seal on a page that masks it. */
export function groupAddress(kind: string, group: string): string {
  return `/groups?${new URLSearchParams({ kind, group })}`;
}

/** The address of the page of a job's group. A masked group is not in it: the job stands for it. */
export function groupLink({ kind, group, jobId }: { kind: string; group: string; jobId: string }): string {
  return isMasked(group) ? `/groups?${new URLSearchParams({ kind, job: jobId })}` : groupAddress(kind, group);
}

/** The address of a job's page. */
export function jobAddress(jobId: string): string {
  return `/jobs/${jobId.split("/").map(encodeURIComponent).join("/")}`;
}
