// The routes of a group's page, which is named by its kind and the group, or by one of its jobs.
import { type Context, Hono } from "hono";
import type { ReadQueue } from "../../status/read-queues.ts";
import { groupAddress } from "../jobs/filter.ts";
import { type JobsRoutes, page, refuse } from "../jobs/routes.ts";
import { isRevealed } from "../masking/reveal.ts";
import { brokenSeal } from "../masking/seals.ts";
import { groupView } from "./group-view.ts";
import { type GroupPage, groupOfJob, readGroup } from "./read-group.ts";

/** What the routes read beside the jobs. */
export type GroupRoutes = JobsRoutes & { readQueue: ReadQueue };

const problem =
  "kind and group: takes one of the kinds, and a message group of 1 to 128 characters or, as job, the id of one of its jobs";

/** Creates the routes. */
export function groupRoutes(options: GroupRoutes): Hono {
  const routes = new Hono();
  const { frame, actionsOfGroup } = options;
  routes.get("/groups", async (context) => {
    const asked = await read(context, options);
    if ("error" in asked) return refuse(context, frame, asked.error);
    const { found, reveal, address } = asked;
    const { kind, group, groupRef } = found;
    const dead = found.jobs.some(({ status }) => status === "dead-lettered");
    const actions = actionsOfGroup({ kind, group: groupRef, paused: found.pause !== null, dead });
    const main = groupView(found, { actions, now: Date.now(), reveal, address });
    const json = `/api${address}${reveal ? "&reveal=1" : ""}`;
    return page(context, { frame, title: `Group ${group} of ${kind}`, at: "/jobs", json, main });
  });
  routes.get("/api/groups", async (context) => {
    const asked = await read(context, options);
    if ("error" in asked) return context.json({ error: asked.error }, 400);
    return context.json({ v: 1, ...asked.found, next: asked.found.next ?? null });
  });
  return routes;
}

type Asked = { found: GroupPage; reveal: boolean; address: string };

/** The group that an address names, by its name, its seal, or one of its jobs; and the address of its page. */
async function read(context: Context, options: GroupRoutes): Promise<Asked | { error: string }> {
  const { kind = "", job, before, ...query } = context.req.query();
  if (!options.kinds.includes(kind)) return { error: problem };
  const { seals, readQueue } = options;
  const group = job === undefined ? seals.open(query.group ?? "") : await groupOfJob(options, job);
  if (group === undefined && job === undefined) return { error: brokenSeal };
  if (group === undefined || group === "" || group.length > 128) return { error: problem };
  const reveal = isRevealed(query);
  const how = { now: Date.now(), readQueue, seals };
  const found = await readGroup(options, { kind, group, before, reveal }, how);
  const address =
    job === undefined ? groupAddress(kind, found.groupRef) : `/groups?${new URLSearchParams({ kind, job })}`;
  return { found, reveal, address };
}
