// The results' routes: the page and its live part, `/results/<job id>` as a link that never changes, and the calls of the
// page's upload area.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { recently } from "../../../triggers/shared/recently.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { topWords } from "../../../worker/jobs/words/leaderboard.ts";
import { readCounts } from "../../../worker/jobs/words/read-counts.ts";
import { countWords } from "../../../worker/jobs/words/split-words.ts";
import { maskedAddresses, maskedText } from "../../cli/mask.ts";
import { outcomeOf, recentOutcomes } from "../../status/outcomes.ts";
import { imageResultSchema } from "../../status/results.ts";
import { isRevealed, shownAddresses, shownTexts } from "../masking/reveal.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { resultAddress } from "./outcomes.ts";
import { resultsLiveView, resultsView, type ShownResults } from "./page.ts";
import { downloadSeconds, type Presigner } from "./presign.ts";
import {
  maxUploadBytes,
  offerUpload,
  outcomesOf,
  outcomesRequestSchema,
  uploadRequestSchema,
} from "./uploads.ts";
import { longestAsked } from "./words.ts";

/** What the routes read and offer. */
export type ResultsOptions = {
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  kinds: readonly string[];
  frame: Frame;
  presign: Presigner;
  /** True where a browser may send pictures to the uploads bucket from here. */
  takesUploads: boolean;
  /** How long open pages share a read, milliseconds. */
  shareMs: number;
};

const shownOutcomes = 20;
const shownWords = 10;

/** Creates the page's routes, for `/results`. */
export function resultsRoutes(options: ResultsOptions): Hono {
  const routes = new Hono();
  const { kinds, frame, takesUploads } = options;
  const read = reader(options);
  const page = async (context: Context, reading: Promise<ShownResults>) => {
    const shown = await reading;
    // Pictures are added where their outcomes are seen.
    const adds = takesUploads && "kind" in shown && shown.kind === resizeImage.kind;
    const main = resultsView(shown, { kinds, maxUploadBytes: adds ? maxUploadBytes : undefined });
    const script = adds ? "results.js" : "live-results.js";
    return context.html(frameView({ frame, title: "Results", at: "/results", script, main }));
  };
  const live = async (context: Context, shown: Promise<ShownResults>) =>
    context.html(resultsLiveView(await shown));
  const kindOf = (context: Context) => {
    const asked = context.req.query("kind") ?? "";
    return kinds.includes(asked) ? asked : (kinds[0] ?? "");
  };
  const outcomes = (context: Context) => read.outcomes(kindOf(context), isRevealed(context.req.query()));
  routes.get("/", (context) => page(context, outcomes(context)));
  routes.get("/live", (context) => live(context, outcomes(context)));
  routes.get("/words", (context) => page(context, read.words(context.req.query())));
  routes.get("/words/live", (context) => live(context, read.words(context.req.query())));
  routes.get("/:kind/:digest", (context) => redirectToResult(context, options));
  return routes;
}

/** The word that is asked for: the first of a text. */
function firstWord(text = ""): string | undefined {
  const [word] = countWords(text.slice(0, longestAsked)).keys();
  return word;
}

function reader({ db, names, kinds, shareMs }: ResultsOptions) {
  const uploadsBucket = names.buckets.uploads;
  const ofKind = new Map(
    kinds.map((kind) => {
      const asked = { fleet: names.fleet, kinds: [kind], limit: shownOutcomes };
      return [kind, recently(shareMs, Date.now, () => recentOutcomes({ db }, asked))];
    }),
  );
  const most = recently(shareMs, Date.now, () => topWords({ db, names }, shownWords));
  return {
    outcomes: async (kind: string, reveal: boolean): Promise<ShownResults> => {
      const { value: outcomes, masked } = shownTexts((await ofKind.get(kind)?.()) ?? [], reveal);
      return { kind, uploadsBucket, outcomes, masked, reveal };
    },
    words: async ({ word, ...query }: Readonly<Record<string, string>>): Promise<ShownResults> => {
      const reveal = isRevealed(query);
      const [{ value: words, masked }, asked] = [shownAddresses(await most(), reveal), firstWord(word)];
      const count = asked && ((await readCounts({ db, names }, [asked])).get(asked) ?? 0);
      const found = asked === undefined ? undefined : { word: maskedText(asked), count: count || 0 };
      return { words, masked, reveal, asked: found };
    },
  };
}

/** Job ids are never longer (see `jobIdOf`), and DynamoDB fails on keys above 2,048 bytes. */
const longestJobId = 128;

/** A presigned URL of the job's picture, so that the pages' own links never change. */
async function redirectToResult(context: Context, { db, names, presign }: ResultsOptions): Promise<Response> {
  const { kind = "", digest = "" } = context.req.param();
  const jobId = `${kind}/${digest}`;
  const image = jobId.length > longestJobId ? undefined : await imageOf(db, names, jobId);
  if (image === undefined) return context.text("This job has no result.", 404);
  context.header("Cache-Control", `private, max-age=${downloadSeconds / 2}`);
  return context.redirect(await presign.download(image), 302);
}

async function imageOf(db: DynamoDBDocumentClient, { tables }: ResourceNames, jobId: string) {
  const { Item } = await db.send(new GetCommand({ TableName: tables.jobs, Key: { jobId } }));
  return imageResultSchema.safeParse(outcomeOf(Item)?.result).data;
}

/** Creates the calls of the upload area, for `/api/uploads`. */
export function uploadRoutes({ db, names, presign }: Omit<ResultsOptions, "frame">): Hono {
  const routes = new Hono();
  routes.use(bodyLimit({ maxSize: 512 * 1024 }));
  routes.post("/", async (context) => {
    const asked = await bodyOf(context, uploadRequestSchema);
    if ("error" in asked) return context.json(asked, 400);
    return context.json(await offerUpload(presign, { db, names }, asked.body));
  });
  routes.post("/outcomes", async (context) => {
    const asked = await bodyOf(context, outcomesRequestSchema);
    if ("error" in asked) return context.json(asked, 400);
    const found = maskedAddresses(await outcomesOf({ db, names }, asked.body.uploads)).value;
    return context.json({ outcomes: found.map(uploadOutcome) });
  });
  return routes;
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
