// The routes of jobs: their lists and one of them, as pages and as JSON under /api.
import { type Context, Hono } from "hono";
import { stream } from "hono/streaming";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { maskedText } from "../../cli/mask.ts";
import { isRevealed } from "../masking/reveal.ts";
import type { Seals } from "../masking/seals.ts";
import { type Frame, type Framed, frameView } from "../ui/frame.ts";
import { exportedIds } from "./export-ids.ts";
import { type AskedJobs, type JobFilter, readFilter } from "./filter.ts";
import { jobView } from "./job-view.ts";
import { jobsView } from "./list-view.ts";
import { readJob } from "./read-job.ts";
import { type JobsSource, readJobs } from "./read-jobs.ts";

/** What the routes read, and what can be done with what they show. */
export type JobsRoutes = JobsSource & {
  frame: Frame;
  seals: Seals;
  actionsOfJob: (job: { jobId: string; kind: string; group: string; dead: boolean }) => Html;
  actionsOfGroup: (group: { kind: string; group: string; paused: boolean; dead: boolean }) => Html;
  actionsOfList: (filter: JobFilter) => Html;
};

/** Creates the routes. */
export function jobsRoutes(options: JobsRoutes): Hono {
  const routes = new Hono();
  addList(routes, options);
  addJob(routes, options);
  return routes;
}

function addList(routes: Hono, options: JobsRoutes): void {
  const { kinds, frame, actionsOfList } = options;
  const answer = async (context: Context, make: (asked: AskedJobs) => Promise<Response> | Response) => {
    const read = readFilter(context.req.query(), kinds);
    return "error" in read ? refuse(context, frame, read.error) : make(read);
  };
  const read = ({ filter, reveal }: AskedJobs) => readJobs(options, filter, { now: Date.now(), reveal });
  routes.get("/jobs", (context) =>
    answer(context, async (asked) => {
      const shown = { kinds, actions: actionsOfList(asked.filter) };
      const main = jobsView(await read(asked), asked, shown);
      const json = `/api/jobs${new URL(context.req.url).search}`;
      return page(context, { frame, title: "Jobs", at: "/jobs", json, main });
    }),
  );
  routes.get("/api/jobs", (context) =>
    answer(context, async (asked) => {
      const { next, ...found } = await read(asked);
      return context.json({ v: 1, ...found, next: next ?? null });
    }),
  );
  routes.get("/api/jobs/ids", (context) =>
    answer(context, ({ filter }) => {
      context.header("Content-Type", "application/x-ndjson");
      return stream(context, async (out) => {
        for await (const line of exportedIds(options, filter, Date.now())) await out.write(`${line}\n`);
      });
    }),
  );
}

/** Answers with a page. */
export const page = (context: Context, framed: Framed, status: 200 | 400 | 404 = 200) =>
  context.html(frameView(framed), status) as Response | Promise<Response>;

/** Answers that fields are wrong. */
export function refuse(context: Context, frame: Frame, problem: string): Response | Promise<Response> {
  const error = maskedText(problem);
  if (context.req.path.startsWith("/api/")) return context.json({ error }, 400);
  const main = html`<section class="card"><p>${error}</p></section>`;
  return page(context, { frame, title: "That cannot be used", at: "/jobs", main }, 400);
}

function addJob(routes: Hono, options: JobsRoutes): void {
  const { frame, seals, actionsOfJob } = options;
  const read = async (context: Context) => {
    const { kind = "", digest = "" } = context.req.param();
    const reveal = isRevealed(context.req.query());
    return { reveal, found: await readJob(options, `${kind}/${digest}`, { reveal, seals }) };
  };
  routes.get("/jobs/:kind/:digest", async (context) => {
    const { found, reveal } = await read(context);
    if (found === undefined) return missing(context, frame);
    const { job, groupRef, dead } = found;
    const actions = actionsOfJob({ ...job, group: groupRef, dead });
    const main = jobView(found, { actions, reveal });
    const json = `/api${new URL(context.req.url).pathname}${reveal ? "?reveal=1" : ""}`;
    return page(context, { frame, title: job.name, at: "/jobs", json, main });
  });
  routes.get("/api/jobs/:kind/:digest", async (context) => {
    const { found } = await read(context);
    if (found === undefined) return context.json({ error: "there is no such job" }, 404);
    return context.json({ v: 1, ...found });
  });
}

function missing(context: Context, frame: Frame): Response | Promise<Response> {
  const main = html`<section class="card">
    <p>The ledger has no job of this id. It gets a row when a worker receives it, and keeps it for 60 days.</p>
    <p><a href="/jobs">All jobs</a></p>
  </section>`;
  return page(context, { frame, title: "Nothing here", at: "/jobs", main }, 404);
}

/** No actions, where there are none. */
export const noActions = {
  actionsOfJob: () => nothing,
  actionsOfGroup: () => nothing,
  actionsOfList: () => nothing,
};
