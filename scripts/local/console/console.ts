// The console: a page that shows the fleet and accepts pictures, and a mailbox. It only reads the fleet and presigns. All
// clients are arguments, so it works on any fleet that they reach.
import type { SQSClient } from "@aws-sdk/client-sqs";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { topWords } from "../../../worker/jobs/words/leaderboard.ts";
import { outcomeOf, recentOutcomes } from "../../status/outcomes.ts";
import type { AgeOfOldest } from "../../status/read-queues.ts";
import { imageResultSchema } from "../../status/results.ts";
import { type ReadInstances, statusReader } from "../../status/status.ts";
import type { Mailbox } from "../ses/mailbox.ts";
import { assetRoutes } from "./assets.ts";
import { onlyOwnHost, securityHeaders } from "./guard.ts";
import { mailboxRoutes } from "./mailbox/routes.ts";
import { downloadSeconds, type Presigner } from "./presign.ts";
import { recently } from "./recently.ts";
import {
  maxUploadBytes,
  offerUpload,
  outcomesOf,
  outcomesRequestSchema,
  uploadRequestSchema,
} from "./uploads.ts";
import { resultAddress } from "./views/outcomes.ts";
import { liveView, pageView, type Shown } from "./views/page.ts";

export type ConsoleOptions = {
  clients: { sqs: SQSClient; db: DynamoDBDocumentClient };
  names: ResourceNames;
  kinds: readonly string[];
  fleet: string;
  presign: Presigner;
  ageOfOldest?: AgeOfOldest;
  /** Reads the fleet's instances; without it the page does not know of launches that fail. */
  instances?: ReadInstances;
  /** The mails sent through the local SES; without it there is no mailbox page. */
  mailbox?: Pick<Mailbox, "list" | "get">;
  /** Called with the error of a failed request. */
  onError?: (error: unknown) => void;
};

/** How many outcomes the page shows and `/api/outcomes` returns at most. */
const shownOutcomes = 20;
const mostOutcomes = 100;

const shownWords = 10;

/** Requests within this time share one answer, in milliseconds. */
const shareMs = 500;

/** Creates the console. Serve it on 127.0.0.1 only. */
export function createConsole(options: ConsoleOptions): Hono {
  const app = new Hono();
  const reads = readsOf(options);
  app.use(securityHeaders(options.presign.origins), onlyOwnHost);
  app.route("/assets", assetRoutes());
  const { fleet, mailbox } = options;
  const pages = { "/": "Fleet", ...(mailbox && { "/mail": "Mail" }) };
  if (mailbox) app.route("/mail", mailboxRoutes({ mailbox, fleet, pages }));
  app.get("/", async (context) => context.html(pageView(await reads.shown(), maxUploadBytes, pages)));
  app.get("/live", async (context) => context.html(liveView(await reads.shown())));
  app.get("/api/status", async (context) => context.json(await reads.status()));
  app.get("/api/outcomes", async (context) => {
    const limit = limitSchema.safeParse(context.req.query("limit"));
    if (!limit.success) return context.json({ error: `limit: takes 1 to ${mostOutcomes}` }, 400);
    return context.json({ v: 1, outcomes: await reads.outcomes(limit.data) });
  });
  addUploads(app, options);
  addResults(app, options);
  app.onError((error, context) => {
    options.onError?.(error);
    return context.req.path.startsWith("/api/")
      ? context.json({ error: "The fleet does not answer." }, 503)
      : context.text("The fleet does not answer. Reload this page in a moment.", 503);
  });
  return app;
}

const limitSchema = z.coerce.number().int().min(1).max(mostOutcomes).default(shownOutcomes);

function readsOf({ clients, names, kinds, fleet, ageOfOldest, instances }: ConsoleOptions) {
  const outcomes = (limit: number) => recentOutcomes(clients, { fleet, kinds, limit });
  const status = recently(shareMs, Date.now, statusReader(clients, { fleet, kinds, ageOfOldest, instances }));
  const latest = recently(shareMs, Date.now, () => outcomes(shownOutcomes));
  const most = recently(shareMs, Date.now, () => topWords({ db: clients.db, names }, shownWords));
  const shown = async (): Promise<Shown> => {
    const [now, ended, words] = await Promise.all([status(), latest(), most()]);
    return { fleet, uploadsBucket: names.buckets.uploads, status: now, outcomes: ended, words };
  };
  return { status, outcomes, shown };
}

function addUploads(app: Hono, { clients, names, presign }: ConsoleOptions): void {
  app.use("/api/uploads/*", bodyLimit({ maxSize: 512 * 1024 }));
  app.post("/api/uploads", async (context) => {
    const asked = await bodyOf(context, uploadRequestSchema);
    if ("error" in asked) return context.json(asked, 400);
    return context.json(await offerUpload(presign, { db: clients.db, names }, asked.body));
  });
  app.post("/api/uploads/outcomes", async (context) => {
    const asked = await bodyOf(context, outcomesRequestSchema);
    if ("error" in asked) return context.json(asked, 400);
    const found = await outcomesOf({ db: clients.db, names }, asked.body.uploads);
    return context.json({ outcomes: found.map(uploadOutcome) });
  });
}

/** What the page shows of an ended upload. */
function uploadOutcome({ jobId, outcome }: Awaited<ReturnType<typeof outcomesOf>>[number]) {
  if (outcome === null) return { jobId, outcome: null };
  const image = imageResultSchema.safeParse(outcome.result).data;
  const size = image === undefined ? {} : { width: image.width, height: image.height };
  return { jobId, outcome: outcome.outcome, reason: outcome.reason, address: resultAddress(jobId), ...size };
}

async function bodyOf<Body>(
  context: Context,
  schema: z.ZodType<Body>,
): Promise<{ body: Body } | { error: string }> {
  // A page of another site can only send JSON after a preflight, which is never granted.
  if (!context.req.header("content-type")?.startsWith("application/json"))
    return { error: "content-type: takes application/json" };
  const text = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(text);
  return parsed.success
    ? { body: parsed.data }
    : { error: parsed.error.issues.map(({ message }) => message).join("; ") };
}

/** Job ids are never longer (see `jobIdOf`), and DynamoDB fails on keys above 2,048 bytes. */
const longestJobId = 128;

async function imageOf(db: DynamoDBDocumentClient, { tables }: ResourceNames, jobId: string) {
  const { Item } = await db.send(new GetCommand({ TableName: tables.jobs, Key: { jobId } }));
  return imageResultSchema.safeParse(outcomeOf(Item)?.result).data;
}

/** `/results/<job id>` redirects to a presigned URL, so that the page's own links never change. */
function addResults(app: Hono, { clients, names, presign }: ConsoleOptions): void {
  app.get("/results/:kind/:digest", async (context) => {
    const { kind, digest } = context.req.param();
    const jobId = `${kind}/${digest}`;
    const image = jobId.length > longestJobId ? undefined : await imageOf(clients.db, names, jobId);
    if (image === undefined) return context.text("This job has no result.", 404);
    context.header("Cache-Control", `private, max-age=${downloadSeconds / 2}`);
    return context.redirect(await presign.download(image), 302);
  });
}
