// The console: the operator's pages of one fleet, each also as JSON. All clients are arguments, so it works on any fleet that
// they reach. Serve it on 127.0.0.1 only: whoever reaches it may do what its credentials may.
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { recently } from "../../triggers/shared/recently.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { type AgeOfOldest, queueReader } from "../status/read-queues.ts";
import { type ReadInstances, statusReader } from "../status/status.ts";
import type { Termination } from "../status/terminations.ts";
import { actionsOfGroup, actionsOfJob, actionsOfList } from "./actions/offered.ts";
import type { Operator } from "./actions/operator.ts";
import { actionsRoutes } from "./actions/routes.ts";
import { albumRoutes } from "./albums/routes.ts";
import { assetRoutes } from "./assets.ts";
import { filesRoutes } from "./files/routes.ts";
import { type FleetOptions, fleetRoutes } from "./fleet/routes.ts";
import { groupRoutes } from "./groups/routes.ts";
import { onlyOwnHost, onlyReads, securityHeaders } from "./guard.ts";
import { helpRoutes } from "./help/routes.ts";
import { jobsRoutes, noActions } from "./jobs/routes.ts";
import { searchRoutes } from "./jobs/search-routes.ts";
import { mailboxRoutes } from "./mailbox/routes.ts";
import type { SentMails } from "./mailbox/sent-mail.ts";
import { createSeals } from "./masking/seals.ts";
import { counted, measured } from "./reads.ts";
import type { Presigner } from "./results/presign.ts";
import { resultsRoutes, uploadRoutes } from "./results/routes.ts";
import { submissionsRoutes } from "./submissions/routes.ts";
import type { Frame } from "./ui/frame.ts";

export type ConsoleOptions = {
  clients: FleetOptions["clients"];
  names: ResourceNames;
  kinds: readonly string[];
  /** The endpoint, or `AWS`. */
  where: string;
  /** Who acts, on which kinds, and how workers are interrupted. */
  acting: Pick<Operator, "jobs" | "by" | "now" | "autoScaling" | "streams">;
  /** Refuses every action. */
  readOnly: boolean;
  presign: Presigner;
  /** True where a browser may send pictures to the uploads bucket from here: the local system allows it. */
  takesUploads: boolean;
  /** Periods of the charts, seconds. */
  periodSeconds: number;
  /** How long open pages share a read of the fleet, milliseconds: half a second, and 0 to measure what one page costs alone. */
  shareMs?: number;
  ageOfOldest?: AgeOfOldest;
  /** Reads the fleet's instances; without it the page does not know of launches that fail. */
  instances?: ReadInstances;
  /** Reads which instances were taken away; without it the page does not say. */
  terminations?: () => Promise<readonly Termination[] | undefined>;
  /** The mails sent through the local SES; without it there is no mailbox page. */
  mailbox?: SentMails;
  /** Called with the error of a failed request. */
  onError?: (error: unknown) => void;
};

/** Creates the console. Serve it on 127.0.0.1 only. */
export function createConsole(options: ConsoleOptions): Hono {
  const app = new Hono();
  const { names, kinds, mailbox, readOnly } = options;
  const clients = countedClients(options.clients);
  const takesUploads = options.takesUploads && !readOnly;
  const frame = frameOf(options);
  app.use(measured, securityHeaders(options.presign.origins), onlyOwnHost);
  if (readOnly) app.use(onlyReads);
  app.route("/assets", assetRoutes());
  const { ageOfOldest, instances, terminations, periodSeconds, shareMs = 500 } = options;
  const status = recently(
    shareMs,
    Date.now,
    statusReader(clients, { fleet: names.fleet, kinds, ageOfOldest, instances }),
  );
  app.route("/", fleetRoutes({ clients, names, kinds, frame, status, terminations, periodSeconds, shareMs }));
  const source = { db: clients.db, names, kinds };
  const offered = readOnly ? noActions : { actionsOfJob, actionsOfGroup, actionsOfList };
  const seals = createSeals();
  const jobs = { ...source, frame, seals, ...offered };
  const readQueue = queueReader(clients.sqs, names.fleet, ageOfOldest);
  for (const routes of [jobsRoutes(jobs), searchRoutes(jobs), groupRoutes({ ...jobs, readQueue })])
    app.route("/", routes);
  const operator = { ...clients, ...options.acting, names, seals };
  app.route("/", actionsRoutes({ operator, frame, status }));
  const results = { db: clients.db, names, kinds, presign: options.presign, takesUploads, shareMs };
  app.route("/", albumRoutes({ ...source, frame, seals, presign: options.presign }));
  app.route("/", filesRoutes({ ...source, frame, seals }));
  app.route("/results", resultsRoutes({ ...results, frame }));
  app.route("/api/uploads", uploadRoutes(results));
  const { by: editor, now } = options.acting;
  app.route("/submissions", submissionsRoutes({ ...results, frame, acting: { editor, now } }));
  app.route("/", helpRoutes(frame));
  if (mailbox) app.route("/mail", mailboxRoutes({ mailbox, frame }));
  app.onError((error, context) => {
    // A body that is too large.
    if (error instanceof HTTPException) return error.getResponse();
    options.onError?.(error);
    return context.req.path.startsWith("/api/")
      ? context.json({ error: "The fleet does not answer." }, 503)
      : context.text("The fleet does not answer. Reload this page in a moment.", 503);
  });
  return app;
}

function countedClients({ sqs, db, cloudWatch }: ConsoleOptions["clients"]): ConsoleOptions["clients"] {
  return {
    sqs: counted(sqs, "queues"),
    db: counted(db, "store"),
    ...(cloudWatch && { cloudWatch: counted(cloudWatch, "metrics") }),
  };
}

function frameOf({ names, where, readOnly, mailbox }: ConsoleOptions): Frame {
  const pages: Frame["pages"] = [
    { path: "/", name: "Fleet", icon: "activity" },
    { path: "/jobs", name: "Jobs", icon: "jobs" },
    { path: "/actions", name: "Actions", icon: "actions" },
    { path: "/results", name: "Results", icon: "picture" },
    ...(mailbox ? [{ path: "/mail", name: "Mail", icon: "mail" } as const] : []),
  ];
  return { fleet: names.fleet, where, readOnly, pages };
}
