// The routes of jobs, groups and the search: pages, and the same as JSON under /api.
import { type Context, Hono } from "hono";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { groupView } from "../groups/group-view.ts";
import { readGroup } from "../groups/read-group.ts";
import { timed } from "../store-reads.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { type JobFilter, readFilter } from "./filter.ts";
import { jobView } from "./job-view.ts";
import { jobsView } from "./list-view.ts";
import { readJob } from "./read-job.ts";
import { type JobsSource, readJobs } from "./read-jobs.ts";
import { type Found, search } from "./search.ts";

/** What the routes read, and what can be done with what they show. */
export type JobsRoutes = JobsSource & {
  frame: Frame;
  actionsOfJob: (job: { jobId: string; kind: string; group: string; dead: boolean }) => Html;
  actionsOfGroup: (group: { kind: string; group: string; paused: boolean }) => Html;
};

/** Creates the routes. */
export function jobsRoutes(options: JobsRoutes): Hono {
  const routes = new Hono();
  addList(routes, options);
  addJob(routes, options);
  addGroup(routes, options);
  addSearch(routes, options);
  return routes;
}

function addList(routes: Hono, options: JobsRoutes): void {
  const { kinds, frame } = options;
  const answer = (context: Context, make: (filter: JobFilter, source: JobsSource) => Promise<Response>) => {
    const read = readFilter(context.req.query(), kinds);
    if ("error" in read) return refuse(context, frame, read.error);
    return timed(options.db, (db) => make(read.filter, { ...options, db }));
  };
  routes.get("/jobs", (context) =>
    answer(context, async (filter, source) => {
      const main = jobsView(await readJobs(source, filter, Date.now()), filter, kinds);
      const json = `/api/jobs${new URL(context.req.url).search}`;
      return page(context, { frame, title: "Jobs", at: "/jobs", json, main });
    }),
  );
  routes.get("/api/jobs", (context) =>
    answer(context, async (filter, source) => {
      const { jobs, next } = await readJobs(source, filter, Date.now());
      return context.json({ v: 1, jobs, next: next ?? null });
    }),
  );
}

const page = (context: Context, framed: Parameters<typeof frameView>[0], status: 200 | 400 | 404 = 200) =>
  context.html(frameView(framed), status) as Response | Promise<Response>;

function refuse(context: Context, frame: Frame, error: string): Response | Promise<Response> {
  if (context.req.path.startsWith("/api/")) return context.json({ error }, 400);
  const main = html`<section class="card"><p>${error}</p></section>`;
  return page(context, { frame, title: "That cannot be used", at: "/jobs", main }, 400);
}

function addJob(routes: Hono, options: JobsRoutes): void {
  const { frame, names, actionsOfJob } = options;
  const read = async (context: Context, db: JobsSource["db"]) => {
    const { kind = "", digest = "" } = context.req.param();
    return readJob({ db, names }, `${kind}/${digest}`, { reveal: context.req.query("reveal") === "1" });
  };
  routes.get("/jobs/:kind/:digest", (context) =>
    timed(options.db, async (db) => {
      const found = await read(context, db);
      if (found === undefined)
        return missing(context, frame, "the ledger has no job of this id; rows are kept for 60 days");
      const { job, dead } = found;
      const main = jobView(found, { actions: actionsOfJob({ ...job, dead }) });
      const json = `/api${new URL(context.req.url).pathname}`;
      return page(context, { frame, title: job.name, at: "/jobs", json, main });
    }),
  );
  routes.get("/api/jobs/:kind/:digest", (context) =>
    timed(options.db, async (db) => {
      const found = await read(context, db);
      if (found === undefined) return context.json({ error: "there is no such job" }, 404);
      return context.json({ v: 1, ...found });
    }),
  );
}

function missing(context: Context, frame: Frame, text: string): Response | Promise<Response> {
  const main = html`<section class="card">
    <p>${text.slice(0, 1).toUpperCase()}${text.slice(1)}.</p>
    <p><a href="/jobs">All jobs</a></p>
  </section>`;
  return page(context, { frame, title: "Nothing here", at: "/jobs", main }, 404);
}

function addGroup(routes: Hono, options: JobsRoutes): void {
  const { frame, kinds, actionsOfGroup } = options;
  const read = async (context: Context, db: JobsSource["db"]) => {
    const { kind = "", group = "", before } = context.req.query();
    if (!kinds.includes(kind) || group === "" || group.length > 128) return undefined;
    return readGroup({ ...options, db }, { kind, group, before }, Date.now());
  };
  const problem = "kind and group: takes one of the kinds, and a message group of 1 to 128 characters";
  routes.get("/groups", (context) =>
    timed(options.db, async (db) => {
      const found = await read(context, db);
      if (found === undefined) return refuse(context, frame, problem);
      const { kind, group, pause } = found;
      const actions = actionsOfGroup({ kind, group, paused: pause !== null });
      const main = groupView(found, { actions, now: Date.now() });
      const json = `/api/groups${new URL(context.req.url).search}`;
      return page(context, { frame, title: `Group ${group} of ${kind}`, at: "/jobs", json, main });
    }),
  );
  routes.get("/api/groups", (context) =>
    timed(options.db, async (db) => {
      const found = await read(context, db);
      if (found === undefined) return context.json({ error: problem }, 400);
      return context.json({ v: 1, ...found, next: found.next ?? null });
    }),
  );
}

function addSearch(routes: Hono, options: JobsRoutes): void {
  const { frame } = options;
  routes.get("/search", (context) =>
    timed(options.db, async (db) => {
      const asked = context.req.query("q") ?? "";
      const found = await search({ ...options, db }, asked);
      const [only] = found;
      if (found.length === 1 && only !== undefined) return context.redirect(only.address, 303);
      const json = `/api/search?${new URLSearchParams({ q: asked })}`;
      return page(context, { frame, title: "Search", at: "/jobs", json, main: foundView(asked, found) });
    }),
  );
  routes.get("/api/search", (context) =>
    timed(options.db, async (db) => {
      return context.json({ v: 1, found: await search({ ...options, db }, context.req.query("q") ?? "") });
    }),
  );
}

function foundView(asked: string, found: readonly Found[]): Html {
  if (found.length === 0)
    return html`<section class="card stack">
      <p>Nothing is called <code>${asked}</code>.</p>
      <p class="quiet">
        A whole name is looked up: a job's id, a message group, a picture's key with its folder, or a mail's reference such as
        K7Q2-9MPD. Names of shared files are not in the ledger.
      </p>
      <p><a href="/jobs">All jobs</a></p>
    </section>`;
  return html`<section class="card">
    <ul>
      ${found.map(({ address, what }) => html`<li><a href="${address}">${what}</a></li>`)}
    </ul>
  </section>`;
}

/** No actions, where there are none. */
export const noActions = { actionsOfJob: () => nothing, actionsOfGroup: () => nothing };
