// Handler of answer-slack: waits for the other subscribers' outcomes, then tells Slack at most once. Steps are its memory:
// every post is marked before it is made and again where it certainly did not arrive. A post without its second mark may
// have arrived, and so is never made again, whatever died.
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

/** Another subscriber has not ended yet; the next attempt looks again. */
export class NotSettled extends FleetError {}

/** Slack was not reached, or asks for less; the next attempt posts. */
export class PostPutOff extends FleetError {}

/** Looks at the outcomes within one run, and the pause between two, milliseconds. */
const looks = { times: 12, pauseMs: 250 };

/** An address may be used five times within half an hour ("Handling user interaction in your Slack apps"). */
const mostPosts = 5;
const addressLivesMs = 30 * 60 * 1000;

/** Connection, request and answer. */
const postWithinMs = 10_000;

/** Marks a post leaves: before it, and after one that did not arrive. */
const marksPerPost = 2;

/** Makes the handler; tests give it another way to post. */
export function answerSlackHandler(post: Post = createPost(postWithinMs)): Handler<WordsSaid> {
  return {
    run: async (said, context) => {
      const told = (answer: string, more = {}) => ({ effects: [], result: { answer, ...more } });
      const url = responseUrlOf(said.responseUrl ?? null);
      const { steps } = context;
      if (url === undefined || steps === undefined) return told("none");
      if (steps.applied % marksPerPost > 0) return told("ambiguous");
      if (steps.applied >= mostPosts * marksPerPost) return told("refused");
      if (isExpired(context)) return told("expired");
      await untilSettled(said, context);
      const words = [...countWords(said.text).keys()];
      const text = settledText(words, await readCounts(context, shownWords(words), context.signal));
      if (isExpired(context)) return told("expired");
      const body = { response_type: "in_channel", replace_original: false, text };
      const { answer, ...more } = await postOnce(() => post(url, body, context.signal), steps, context);
      return told(answer, more);
    },
  };
}

/**
 * Posts between its marks.
 * @throws PostPutOff when it certainly did not arrive and may be made again
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
    log.warn({ cause: error instanceof Error ? error.name : "unknown" }, "slack gave no word");
    if (!(error instanceof NeverSent)) return { answer: "ambiguous" };
  }
  if (status !== undefined && status !== 429) return { answer: meaningOf(status), status };
  await steps.apply(applied + 1, []);
  throw new PostPutOff(status === undefined ? "Slack was not reached" : "Slack asks for fewer posts");
}

/** A server that fails may have taken it first. */
function meaningOf(status: number): "sent" | "refused" | "ambiguous" {
  if (status >= 500) return "ambiguous";
  return status >= 200 && status < 300 ? "sent" : "refused";
}

function isExpired({ now, enqueuedAt }: JobContext): boolean {
  return now() - Date.parse(enqueuedAt) >= addressLivesMs;
}

const rowSchema = z.object({ status: z.string() });
const ended = new Set(["completed", "rejected", "dead-lettered"]);

/** @throws NotSettled when another subscriber has not ended after a few looks */
async function untilSettled(said: WordsSaid, { db, names, signal }: JobContext): Promise<void> {
  const id = eventId(wordsSaid, said);
  const Keys = Object.values<Pick<JobDefinition, "kind" | "subscription">>(catalog)
    .filter(({ kind, subscription }) => subscription?.event === wordsSaid.event && kind !== "answer-slack")
    .map(({ kind }) => ({ jobId: `${kind}/${id}` }));
  const table = names.tables.jobs;
  for (let look = 0; look < looks.times; look += 1) {
    if (look > 0) await wait(looks.pauseMs, undefined, { signal });
    const get = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
    const { Responses } = await db.send(get, { abortSignal: signal });
    const rows = (Responses?.[table] ?? []).map((item) => rowSchema.safeParse(item).data?.status ?? "");
    if (rows.filter((status) => ended.has(status)).length === Keys.length) return;
  }
  throw new NotSettled("another subscriber has not ended yet");
}
