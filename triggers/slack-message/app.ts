// The HTTP side of Slack messages: verifies the sender, reads the request, publishes it once and replies. It counts
// nothing: the reply adds this message to the stored counts.
import { type Context, Hono } from "hono";
import { PayloadRefused } from "../../worker/engine/enqueue/enqueue.ts";
import type { Publish } from "../../worker/engine/enqueue/publish.ts";
import { replyText, shownWords } from "../../worker/jobs/words/slack-text.ts";
import { countWords } from "../../worker/jobs/words/split-words.ts";
import { type WordsSaid, wordsSaid } from "../../worker/jobs/words/words-said.ts";
import type { Log } from "../shared/log.ts";
import { isSslCheck, readForm, requestOfForm, requestOfJson } from "./read-request.ts";
import type { SlackSecrets } from "./secrets.ts";
import { isOurToken, isSigned } from "./signature.ts";
import { nothing, type SlackRequest } from "./slack-request.ts";

export type SlackAppOptions = {
  /** Rejects when the secrets cannot be read. Then every request is refused. */
  secrets: () => Promise<SlackSecrets>;
  publish: Publish;
  /** Returns the counts of `words`, including this message. */
  counts: (
    said: WordsSaid,
    words: readonly string[],
    occurrences: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, number>>;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
  /** How long reading the counts may take. Slack expects its reply within three seconds. */
  countsTimeoutMs?: number;
};

/** The route, as in event-sources.ts. */
export const slackPath = "/slack/messages";

/** More than 40,000 characters of four bytes take when every byte is escaped. */
export const maxBodyBytes = 1024 * 1024;

/** Creates the app. */
export function slackApp(options: SlackAppOptions): Hono {
  const app = new Hono();
  app.post(slackPath, (context) => receive(options, context));
  app.get(slackPath, (context) =>
    isSslCheck(new URL(context.req.url).searchParams) ? context.body(null) : context.notFound(),
  );
  app.onError((error, context) => {
    options.log("error", "slack request failed", { cause: error.name });
    return context.json({ error: "Not counted; send it again." }, 503);
  });
  return app;
}

async function receive(options: SlackAppOptions, context: Context): Promise<Response> {
  if (Number(context.req.header("content-length") ?? 0) > maxBodyBytes) return tooLarge(context);
  const body = new Uint8Array(await context.req.arrayBuffer());
  if (body.length > maxBodyBytes) return tooLarge(context);
  const request = await verify(options, context, body);
  if (request === undefined) return context.json({ error: "Not from Slack." }, 401);
  switch (request.is) {
    case "malformed":
      options.log("warn", "slack request malformed", { problem: request.problem.slice(0, 500) });
      return refused(context, 400, request.problem);
    case "challenge":
      return context.json({ challenge: request.challenge });
    case "rate-limited":
      options.log("warn", "slack holds events back", { team: request.team });
      return context.body(null);
    case "nothing":
      return context.body(null);
    case "said":
      return reply(options, context, request);
  }
}

const tooLarge = (context: Context) => refused(context, 413, `body: takes at most ${maxBodyBytes} bytes`);

/** Refuses what will never do, so that Slack does not send it again ("Using the Slack Events API", on retries). */
function refused(context: Context, status: 400 | 413, error: string): Response {
  return context.json({ error }, status, { "x-slack-no-retry": "1" });
}

/** Verifies and reads a request: a signed one, or an unsigned outgoing webhook with our token. Undefined for any other. */
async function verify(
  { secrets, now }: SlackAppOptions,
  { req }: Context,
  body: Uint8Array,
): Promise<SlackRequest | undefined> {
  const { signingSecrets, webhookTokens } = await secrets();
  const timestamp = req.header("x-slack-request-timestamp");
  const signature = req.header("x-slack-signature");
  const json = /^application\/json\b/i.test(req.header("content-type") ?? "");
  if (timestamp !== undefined || signature !== undefined) {
    if (!isSigned({ body, timestamp, signature }, signingSecrets, now())) return undefined;
    return json ? requestOfJson(body) : requestOfForm(readForm(body));
  }
  if (json) return undefined;
  const form = readForm(body);
  if (isSslCheck(form)) return nothing;
  // Commands are always signed, so an unsigned one is refused even with a valid token.
  const webhook = !form.has("command") && !form.has("response_url");
  return webhook && isOurToken(form.get("token") ?? "", webhookTokens) ? requestOfForm(form) : undefined;
}

async function reply(
  options: SlackAppOptions,
  context: Context,
  { said, by, answers }: Extract<SlackRequest, { is: "said" }>,
): Promise<Response> {
  const occurrences = countWords(said.text);
  const shown = shownWords(occurrences.keys());
  const counts = await countsInTime(options, said, shown, occurrences);
  if (occurrences.size > 0) {
    try {
      await options.publish(wordsSaid, said);
    } catch (error) {
      if (!(error instanceof PayloadRefused)) throw error;
      return refused(context, 413, error.message);
    }
  }
  const text = replyText(by, shown, counts, occurrences.size);
  return context.json(answers === "command" ? { response_type: "in_channel", text } : { text });
}

/** The counts; undefined when reading them takes too long. Counting the message matters more than showing counts. */
async function countsInTime(
  { counts, log, countsTimeoutMs = 1200 }: SlackAppOptions,
  said: WordsSaid,
  shown: readonly string[],
  occurrences: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (shown.length === 0) return new Map();
  const signal = AbortSignal.timeout(countsTimeoutMs);
  const late = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => late.reject(signal.reason), { once: true });
  try {
    return await Promise.race([counts(said, shown, occurrences, signal), late.promise]);
  } catch (error) {
    log("warn", "counts not read in time", { cause: error instanceof Error ? error.name : "unknown" });
    return undefined;
  }
}
