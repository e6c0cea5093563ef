// The routes of the fleet's page: the page, its live parts, its charts, and the status as JSON.
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Hono } from "hono";
import { z } from "zod";
import { recently } from "../../../triggers/shared/recently.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { readToldPauses } from "../../queues/pause/told-pauses.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { recentOutcomes } from "../../status/outcomes.ts";
import type { Termination } from "../../status/terminations.ts";
import { isRevealed, shownAddresses, shownTexts } from "../masking/reveal.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { diedReader } from "./died.ts";
import { readHistory } from "./history.ts";
import { fleetLiveView, fleetView, type ShownFleet } from "./page.ts";
import { runningJobs } from "./running.ts";

/** What the routes read. */
export type FleetOptions = {
  clients: { sqs: SQSClient; db: DynamoDBDocumentClient; cloudWatch?: CloudWatchClient };
  names: ResourceNames;
  kinds: readonly string[];
  frame: Frame;
  status: () => Promise<FleetStatus>;
  /** Undefined where nobody can tell. */
  terminations: (() => Promise<readonly Termination[] | undefined>) | undefined;
  /** Periods of the charts: 60 on AWS, where finer metrics cost more. */
  periodSeconds: number;
  /** How long open pages share a read, milliseconds. */
  shareMs: number;
};

/** How many outcomes of a kind `/api/outcomes` returns unless asked for more, and at most. */
const outcomesLimits = { usual: 20, most: 100 };
const limitSchema = z.coerce.number().int().min(1).max(outcomesLimits.most).default(outcomesLimits.usual);

/** Creates the routes. */
export function fleetRoutes(options: FleetOptions): Hono {
  const routes = new Hono();
  const { clients, names, kinds, frame } = options;
  const read = reader(options);
  routes.get("/", async (context) => {
    const main = fleetView(await read.shown());
    const look = { script: "fleet.js", styles: ["uplot.css"], json: "/api/status" };
    return context.html(frameView({ frame, title: "Fleet", at: "/", ...look, main }));
  });
  routes.get("/live", async (context) => context.html(fleetLiveView(await read.shown())));
  routes.get("/api/status", async (context) =>
    context.json(shownAddresses(await read.status(), isRevealed(context.req.query())).value),
  );
  routes.get("/api/charts", async (context) => {
    const history = await read.history();
    if (history === undefined) return context.json({ error: "CloudWatch cannot be asked." }, 404);
    return context.json({ v: 1, ...history });
  });
  routes.get("/api/outcomes", async (context) => {
    const limit = limitSchema.safeParse(context.req.query("limit"));
    if (!limit.success) return context.json({ error: `limit: takes 1 to ${outcomesLimits.most}` }, 400);
    // Of one kind: its index has 16 partitions a kind, so all kinds together would be 16 reads for each.
    const { kind } = context.req.query();
    if (kind === undefined || !kinds.includes(kind))
      return context.json({ error: `kind: takes one of ${kinds.join(", ")}` }, 400);
    const asked = { fleet: names.fleet, kinds: [kind], limit: limit.data };
    const outcomes = await recentOutcomes(clients, asked);
    return context.json({ v: 1, outcomes: shownTexts(outcomes, isRevealed(context.req.query())).value });
  });
  return routes;
}

function reader(options: FleetOptions) {
  const { clients, names, kinds, status, periodSeconds, shareMs } = options;
  const { db, cloudWatch } = clients;
  const { fleet, tables } = names;
  const others = recently(shareMs, Date.now, () =>
    Promise.all([readToldPauses(db, { table: tables.pauses, fleet }), runningJobs(db, names, Date.now())]),
  );
  // Finer than its periods a history does not change.
  const history = recently(Math.min(periodSeconds, shareMs) * 500, Date.now, async () => {
    if (cloudWatch === undefined) return undefined;
    // The page is of use without its charts.
    return readHistory({ cloudWatch, db, names, kinds, periodSeconds, now: Date.now }).catch(() => undefined);
  });
  const terminations = recently(shareMs * 20, Date.now, async () => options.terminations?.());
  const died = diedReader({ db, names, kinds, shareMs: shareMs * 10 });
  const shown = async (): Promise<ShownFleet> => {
    const [now, [pauses, running], past, gone] = await Promise.all([
      status(),
      others(),
      history(),
      terminations(),
    ]);
    const why = now.verdict === "poison" ? await died(now.queues) : [];
    const shown = shownAddresses(
      { status: now, pauses, running, died: why, terminations: gone },
      false,
    ).value;
    const place = { fleet: names.fleet, onAws: options.frame.where === "AWS" };
    return { ...shown, history: past, place, now: Date.now() };
  };
  return { status, history, shown };
}
