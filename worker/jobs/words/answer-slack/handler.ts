// Handler of answer-slack: waits until the other subscribers have ended, then posts to Slack at most once. Its steps record
// every post: one mark before the post, and a second one if it certainly did not arrive. A post without a second mark may
// have arrived, so it is never repeated, even after a crash.
import { setTimeout as wait } from "node:timers/promises";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { eventId, type JobDefinition } from "../../../engine/job/define-job.ts";
import type { Handler, JobContext, Steps } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { catalog } from "../../catalog.ts";
import { readCounts } from "../read-counts.ts";
import { responseUrlOf } from "../response-url.ts";
import { settledText, shownWords } from "../slack-text.ts";
import { countWords } from "../split-words.ts";
import { type WordsSaid, wordsSaid } from "../words-said.ts";
import { createPost, NeverSent, type Post } from "./post.ts";

/** Another subscriber has not ended yet. The next run checks again. */
export class NotSettled extends FleetError {}

/** Slack was not reached or asks for fewer posts. The next run posts again. */
export class PostPutOff extends FleetError {}

/** How often one run checks the outcomes, and the pause between two checks. */
const checks = { count: 12, pauseMs: 250 };

/** A response URL may be used five times within half an hour ("Handling user interaction in your Slack apps"). */
const maxPosts = 5;
const responseUrlLifetimeMs = 30 * 60 * 1000;

/** For connection, request and response together. */
const postTimeoutMs = 10_000;

/** Steps per post: one before it, and one after a post that did not arrive. */
const marksPerPost = 2;

/** Makes the handler. Tests pass another way to post. */
export function answerSlackHandler(post: Post = createPost(postTimeoutMs)): Handler<WordsSaid> {
  return {
    run: async (said, context) => {
      const ended = (answer: string, more = {}) => ({ effects: [], result: { answer, ...more } });
      const url = responseUrlOf(said.responseUrl ?? null);
      const { steps } = context;
      if (url === undefined || steps === undefined) return ended("none");
      if (steps.applied % marksPerPost > 0) return ended("ambiguous");
      if (steps.applied >= maxPosts * marksPerPost) return ended("refused");
      if (isExpired(context)) return ended("expired");
      await untilSettled(said, context);
      const words = [...countWords(said.text).keys()];
      const text = settledText(words, await readCounts(context, shownWords(words), context.signal));
      if (isExpired(context)) return ended("expired");
      const body = { response_type: "in_channel", replace_original: false, text };
      const { answer, ...more } = await postOnce(() => post(url, body, context.signal), steps, context);
      return ended(answer, more);
    },
  };
}

/**
 * Makes one post between its marks.
 * @throws PostPutOff when the post certainly did not arrive and may be repeated
 */
async function postOnce(
  post: () => Promise<number>,
  steps: Steps,
  { log }: JobContext,
): Promise<{ answer: string; status?: number }> {
  const { applied } = steps;
  await steps.apply(applied, []);
  let status: number | undefined;
  try {
    status = await post();
  } catch (error) {
    log.warn({ cause: error instanceof Error ? error.name : "unknown" }, "no answer from slack");
    if (!(error instanceof NeverSent)) return { answer: "ambiguous" };
  }
  if (status !== undefined && status !== 429) return { answer: meaningOf(status), status };
  await steps.apply(applied + 1, []);
  throw new PostPutOff(status === undefined ? "Slack was not reached" : "Slack asks for fewer posts");
}

/** A server that fails may have accepted the post first. */
function meaningOf(status: number): "sent" | "refused" | "ambiguous" {
  if (status >= 500) return "ambiguous";
  return status >= 200 && status < 300 ? "sent" : "refused";
}

function isExpired({ now, enqueuedAt }: JobContext): boolean {
  return now() - Date.parse(enqueuedAt) >= responseUrlLifetimeMs;
}

const rowSchema = z.object({ status: z.string() });
const endedStatuses = new Set(["completed", "rejected", "dead-lettered"]);

/** Waits for the other subscribers. @throws NotSettled when one of them has not ended after a few checks */
async function untilSettled(said: WordsSaid, { db, names, signal }: JobContext): Promise<void> {
  const id = eventId(wordsSaid, said);
  const Keys = Object.values<Pick<JobDefinition, "kind" | "subscription">>(catalog)
    .filter(({ kind, subscription }) => subscription?.event === wordsSaid.event && kind !== "answer-slack")
    .map(({ kind }) => ({ jobId: `${kind}/${id}` }));
  const table = names.tables.jobs;
  for (let check = 0; check < checks.count; check += 1) {
    if (check > 0) await wait(checks.pauseMs, undefined, { signal });
    const get = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
    const { Responses } = await db.send(get, { abortSignal: signal });
    const rows = (Responses?.[table] ?? []).map((item) => rowSchema.safeParse(item).data?.status ?? "");
    if (rows.filter((status) => endedStatuses.has(status)).length === Keys.length) return;
  }
  throw new NotSettled("another subscriber has not ended yet");
}
