// The routes of the actions: the page, previews, and each action as a form and as JSON. A form's answer leads back to the page,
// which says once what happened.
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { readAskedSize } from "../../../triggers/metrics-due/asked-size.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { maskedText } from "../../cli/mask.ts";
import { lastActions } from "../../queues/audit/audit.ts";
import { readToldPauses } from "../../queues/pause/told-pauses.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { isRevealed, shownAddresses } from "../masking/reveal.ts";
import { named } from "../masking/seals.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { type ActionName, actionNames } from "./fields.ts";
import { ActionRefused, type Operator } from "./operator.ts";
import { perform } from "./perform.ts";
import { addPreviews } from "./previews.ts";
import { actionsView, type ShownActions } from "./views.ts";

/** What the routes need beside the operator. */
export type ActionsOptions = { operator: Operator; frame: Frame; status: () => Promise<FleetStatus> };

type Notice = NonNullable<ShownActions["notice"]>;

/** Creates the routes. In a read-only console the guard refuses every POST before it comes here. */
export function actionsRoutes(options: ActionsOptions): Hono {
  const routes = new Hono();
  const notices = createNotices();
  for (const path of ["/actions/*", "/api/actions/*"]) routes.use(path, bodyLimit({ maxSize: 16 * 1024 }));
  addPages(routes, options, notices);
  addPreviews(routes, options);
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
  const read = async (reveal: boolean) => {
    const [pauses, last, asked] = await Promise.all([
      readToldPauses(db, { table: names.tables.pauses, fleet: names.fleet }),
      lastActions({ db, names }),
      readAskedSize(db, { table: names.tables.scaling, fleet: names.fleet }, operator.now() / 1000),
    ]);
    const { value: shown, masked } = shownAddresses({ pauses, last, asked }, reveal);
    const groupRef = (index: number) => {
      const group = pauses[index]?.group;
      return group === undefined ? undefined : named(group, { seals: operator.seals, reveal }).ref;
    };
    const paused = shown.pauses.map((pause, index) => ({ ...pause, groupRef: groupRef(index) }));
    return { pauses: paused, last: shown.last, asked: shown.asked, masked };
  };
  routes.get("/actions", async (context) => {
    const reveal = isRevealed(context.req.query());
    const [{ queues, workers, scaling }, known] = await Promise.all([status(), read(reveal)]);
    const notice = notices.take(context.req.query("notice"));
    const main = actionsView({ ...known, reveal, kinds, queues, workers, scaling, readOnly, notice });
    return context.html(frameView({ frame, title: "Actions", at: "/actions", json: "/api/actions", main }));
  });
  routes.get("/api/actions", async (context) => {
    const { pauses, last, asked = null } = await read(isRevealed(context.req.query()));
    return context.json({ v: 1, paused: pauses, asked, last });
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
    return { done: true, text: maskedText(await perform(operator, name, given)) } as const;
  } catch (error) {
    const text = textOf(error);
    if (text === undefined) throw error;
    return {
      done: false,
      text: maskedText(text),
      status: error instanceof ActionRefused ? 400 : 409,
    } as const;
  }
}

/** What the fleet or AWS says against it; undefined for a defect of ours. */
function textOf(error: unknown): string | undefined {
  if (error instanceof FleetError) return error.message;
  return error instanceof Error && "$fault" in error ? `${error.name}: ${error.message}` : undefined;
}
