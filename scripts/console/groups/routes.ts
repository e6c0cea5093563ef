// The routes of a group's page, which is named by its kind and the group, or by one of its jobs.
import { type Context, Hono } from "hono";
import type { ReadQueue } from "../../status/read-queues.ts";
import { groupAddress } from "../jobs/filter.ts";
import { isMasked, isRevealed } from "../jobs/mask.ts";
import { actionsMasked } from "../jobs/reveal-view.ts";
import { type JobsRoutes, page, refuse } from "../jobs/routes.ts";
import { groupView } from "./group-view.ts";
import { groupOfJob, readGroup } from "./read-group.ts";

/** What the routes read beside the jobs. */
export type GroupRoutes = JobsRoutes & { readQueue: ReadQueue };

const problem =
  "kind and group: takes one of the kinds, and a message group of 1 to 128 characters or, as job, the id of one of its jobs";

/** Creates the routes. */
export function groupRoutes(options: GroupRoutes): Hono {
  const routes = new Hono();
  const { frame, kinds, actionsOfGroup } = options;
  const read = async (context: Context) => {
    const { kind = "", job, before, ...query } = context.req.query();
    if (!kinds.includes(kind)) return undefined;
    const group = job === undefined ? query.group : await groupOfJob(options, job);
    if (group === undefined || group === "" || group.length > 128) return undefined;
    const reveal = isRevealed(query);
    const how = { now: Date.now(), readQueue: options.readQueue };
    const found = await readGroup(options, { kind, group, before, reveal }, how);
    const address =
      job === undefined ? groupAddress(kind, group) : `/groups?${new URLSearchParams({ kind, job })}`;
    return { group, found, reveal, address };
  };
  routes.get("/groups", async (context) => {
    const asked = await read(context);
    if (asked === undefined) return refuse(context, frame, problem);
    const { group, found, reveal, address } = asked;
    const paused = found.pause !== null;
    const actions = isMasked(found.group)
      ? actionsMasked
      : actionsOfGroup({ kind: found.kind, group, paused });
    const main = groupView(found, { actions, now: Date.now(), reveal, address });
    const json = `/api/groups${new URL(context.req.url).search}`;
    return page(context, { frame, title: `Group ${found.group} of ${found.kind}`, at: "/jobs", json, main });
  });
  routes.get("/api/groups", async (context) => {
    const asked = await read(context);
    if (asked === undefined) return context.json({ error: problem }, 400);
    return context.json({ v: 1, ...asked.found, next: asked.found.next ?? null });
  });
  return routes;
}
