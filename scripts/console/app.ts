// The console: the operator's pages of one fleet, each also as JSON. All clients are arguments, so it works on any fleet that
// they reach. Serve it on 127.0.0.1 only: whoever reaches it may do what its credentials may.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Hono } from "hono";
import { z } from "zod";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { recentOutcomes } from "../status/outcomes.ts";
import type { AgeOfOldest } from "../status/read-queues.ts";
import { type ReadInstances, statusReader } from "../status/status.ts";
import { assetRoutes } from "./assets.ts";
import { fleetView } from "./fleet/page.ts";
import { onlyOwnHost, onlyReads, securityHeaders } from "./guard.ts";
import { jobsRoutes, noActions } from "./jobs/routes.ts";
import { mailboxRoutes } from "./mailbox/routes.ts";
import type { SentMails } from "./mailbox/sent-mail.ts";
import { recently, shareMs } from "./recently.ts";
import type { Presigner } from "./results/presign.ts";
import { resultsRoutes, uploadRoutes } from "./results/routes.ts";
import { type Frame, frameView } from "./ui/frame.ts";

export type ConsoleOptions = {
  clients: { sqs: SQSClient; db: DynamoDBDocumentClient };
  names: ResourceNames;
  kinds: readonly string[];
  /** The endpoint, or `AWS`. */
  where: string;
  /** Refuses every action. */
  readOnly: boolean;
  presign: Presigner;
  /** True where a browser may send pictures to the uploads bucket from here: the local system allows it. */
  takesUploads: boolean;
  ageOfOldest?: AgeOfOldest;
  /** Reads the fleet's instances; without it the page does not know of launches that fail. */
  instances?: ReadInstances;
  /** The mails sent through the local SES; without it there is no mailbox page. */
  mailbox?: SentMails;
  /** Called with the error of a failed request. */
  onError?: (error: unknown) => void;
};

/** How many outcomes `/api/outcomes` returns unless asked for more, and at most. */
const outcomesLimits = { usual: 20, most: 100 };

/** Creates the console. Serve it on 127.0.0.1 only. */
export function createConsole(options: ConsoleOptions): Hono {
  const app = new Hono();
  const { names, kinds, clients, mailbox, readOnly } = options;
  const takesUploads = options.takesUploads && !readOnly;
  const frame = frameOf(options);
  app.use(securityHeaders(options.presign.origins), onlyOwnHost);
  if (readOnly) app.use(onlyReads);
  app.route("/assets", assetRoutes());
  addFleet(app, options, frame);
  const source = { db: clients.db, names, kinds };
  app.route("/", jobsRoutes({ ...source, frame, ...noActions }));
  const results = { db: clients.db, names, kinds, presign: options.presign, takesUploads };
  app.route("/results", resultsRoutes({ ...results, frame }));
  app.route("/api/uploads", uploadRoutes(results));
  if (mailbox) app.route("/mail", mailboxRoutes({ mailbox, frame }));
  app.onError((error, context) => {
    options.onError?.(error);
    return context.req.path.startsWith("/api/")
      ? context.json({ error: "The fleet does not answer." }, 503)
      : context.text("The fleet does not answer. Reload this page in a moment.", 503);
  });
  return app;
}

function frameOf({ names, where, readOnly, mailbox }: ConsoleOptions): Frame {
  const pages: Frame["pages"] = [
    { path: "/", name: "Fleet", icon: "activity" },
    { path: "/jobs", name: "Jobs", icon: "jobs" },
    { path: "/results", name: "Results", icon: "picture" },
    ...(mailbox ? [{ path: "/mail", name: "Mail", icon: "mail" } as const] : []),
  ];
  return { fleet: names.fleet, where, readOnly, pages };
}

const limitSchema = z.coerce.number().int().min(1).max(outcomesLimits.most).default(outcomesLimits.usual);

function addFleet(app: Hono, options: ConsoleOptions, frame: Frame): void {
  const { clients, names, kinds, ageOfOldest, instances } = options;
  const { fleet } = names;
  const status = recently(shareMs, Date.now, statusReader(clients, { fleet, kinds, ageOfOldest, instances }));
  app.get("/", async (context) => {
    const main = fleetView(await status());
    return context.html(
      frameView({ frame, title: "Fleet", at: "/", script: "fleet.js", json: "/api/status", main }),
    );
  });
  app.get("/live", async (context) => context.html(fleetView(await status())));
  app.get("/api/status", async (context) => context.json(await status()));
  app.get("/api/outcomes", async (context) => {
    const limit = limitSchema.safeParse(context.req.query("limit"));
    if (!limit.success) return context.json({ error: `limit: takes 1 to ${outcomesLimits.most}` }, 400);
    const outcomes = await recentOutcomes(clients, { fleet, kinds, limit: limit.data });
    return context.json({ v: 1, outcomes });
  });
}
