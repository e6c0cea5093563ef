// The routes of the actions: the page, previews, and each action as a form and as JSON. A form's answer leads back to the page,
// which says once what happened.
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { readPauses } from "../../../worker/engine/pause/pauses.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { timed } from "../store-reads.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { lastActions } from "./audit.ts";
import { type ActionName, ActionRefused, actionNames, type Operator, perform } from "./perform.ts";
import { previewOf } from "./preview.ts";
import { actionsView, discardView, redriveView, type ShownActions } from "./views.ts";

/** What the routes need beside the operator. */
export type ActionsOptions = { operator: Operator; frame: Frame; status: () => Promise<FleetStatus> };

type Notice = NonNullable<ShownActions["notice"]>;

/** Creates the routes. In a read-only console the guard refuses every POST before it comes here. */
export function actionsRoutes(options: ActionsOptions): Hono {
  const routes = new Hono();
  const notices = createNotices();
  for (const path of ["/actions/*", "/api/actions/*"]) routes.use(path, bodyLimit({ maxSize: 16 * 1024 }));
  addPages(routes, options, notices);
  for (const name of actionNames) addAction(routes, options, { name, notices });
  return routes;
}

/** Notices for one page each, by a number in its address. */
function createNotices() {
  const kept = new Map<string, Notice>();
  let last = 0;
  return {
    leave: (notice: Notice): string => {
      last += 1;
      kept.set(String(last), notice);
      if (kept.size > 50) kept.delete(kept.keys().next().value ?? "");
      return `/actions?notice=${last}`;
    },
    take: (id: string | undefined): Notice | undefined => {
      const notice = kept.get(id ?? "");
      kept.delete(id ?? "");
      return notice;
    },
  };
}

type Notices = ReturnType<typeof createNotices>;

function addPages(routes: Hono, { operator, frame, status }: ActionsOptions, notices: Notices): void {
  const { names, jobs, db } = operator;
  const kinds = Object.keys(jobs);
  const { readOnly } = frame;
  routes.get("/actions", (context) =>
    timed(db, async (counted) => {
      const [{ queues, workers }, pauses, last] = await Promise.all([
        status(),
        readPauses(counted, { table: names.tables.pauses, fleet: names.fleet }),
        lastActions({ db: counted, names }),
      ]);
      const notice = notices.take(context.req.query("notice"));
      const main = actionsView({ kinds, pauses, queues, workers, last, readOnly, notice });
      return context.html(frameView({ frame, title: "Actions", at: "/actions", json: "/api/actions", main }));
    }),
  );
  routes.get("/api/actions", (context) =>
    timed(db, async (counted) => {
      const pauses = await readPauses(counted, { table: names.tables.pauses, fleet: names.fleet });
      return context.json({ v: 1, paused: pauses, last: await lastActions({ db: counted, names }) });
    }),
  );
  routes.get("/actions/redrive", (context) =>
    timed(db, async (counted) => {
      const { kind = "", group, job } = context.req.query();
      if (!kinds.includes(kind)) return context.redirect("/actions", 303);
      const preview = await previewOf({ ...operator, db: counted }, { kind, group, job });
      const main = redriveView(preview, { readOnly });
      return context.html(frameView({ frame, title: "Send back", at: "/actions", main }));
    }),
  );
  routes.get("/actions/discard", async (context) => {
    const { kind = "" } = context.req.query();
    if (!kinds.includes(kind)) return context.redirect("/actions", 303);
    const count = (await status()).queues.find((queue) => queue.kind === kind)?.dead ?? 0;
    return context.html(
      frameView({ frame, title: "Discard", at: "/actions", main: discardView(kind, count) }),
    );
  });
}

function addAction(
  routes: Hono,
  { operator }: ActionsOptions,
  { name, notices }: { name: ActionName; notices: Notices },
): void {
  routes.post(`/actions/${name}`, async (context) => {
    const result = await outcomeOf(operator, name, await context.req.parseBody());
    const tone = result.done ? "good" : "bad";
    return context.redirect(notices.leave({ tone, text: result.text }), 303);
  });
  routes.post(`/api/actions/${name}`, async (context: Context) => {
    // A page of another site can only send JSON after a preflight, which is never granted.
    if (!context.req.header("content-type")?.startsWith("application/json"))
      return context.json({ error: "content-type: takes application/json" }, 400);
    const result = await outcomeOf(operator, name, await context.req.json().catch(() => undefined));
    return result.done
      ? context.json({ v: 1, did: result.text })
      : context.json({ error: result.text }, result.status);
  });
}

/** Does it. What the fleet or the check refuses is told to the person; other errors are the console's. */
async function outcomeOf(operator: Operator, name: ActionName, given: unknown) {
  try {
    return { done: true, text: await perform(operator, name, given) } as const;
  } catch (error) {
    const text = textOf(error);
    if (text === undefined) throw error;
    return { done: false, text, status: error instanceof ActionRefused ? 400 : 409 } as const;
  }
}

/** What the fleet or AWS says against it; undefined for a defect of ours. */
function textOf(error: unknown): string | undefined {
  if (error instanceof FleetError) return error.message;
  return error instanceof Error && "$fault" in error ? `${error.name}: ${error.message}` : undefined;
}
