// Handler of answer-slack: waits for the other subscribers' outcomes, then posts once. The attempt is marked before the
// post: where nobody knows whether it arrived, it is not made again.
import { setTimeout as wait } from "node:timers/promises";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { FleetError } from "../../errors.ts";
import { readCounts } from "../../words/read-counts.ts";
import { responseUrlOf } from "../../words/response-url.ts";
import { type WordsSaid, wordsSaid } from "../../words/said.ts";
import { settledText } from "../../words/slack-text.ts";
import { countWords } from "../../words/split-words.ts";
import { catalog } from "../catalog.ts";
import { eventId, type JobDefinition } from "../define-job.ts";
import type { Handler, JobContext } from "../handler.ts";

/** Posts a JSON body and answers the status. */
export type Post = (url: string, body: unknown, signal: AbortSignal) => Promise<number>;

/** Another subscriber has not ended yet; the next attempt looks again. */
export class NotSettled extends FleetError {}

/** Looks at the outcomes within one run, and the pause between two, milliseconds. */
const looks = { times: 12, pauseMs: 250 };

const postSeconds = 10;

/** Whatever is answered, it is not read: only Slack's own host is asked, and no redirection followed. */
const postToSlack: Post = async (url, body, signal) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(postSeconds * 1000)]),
  });
  await response.body?.cancel();
  return response.status;
};

/** Makes the handler; tests give it another way to post. */
export function answerSlackHandler(post: Post = postToSlack): Handler<WordsSaid> {
  return {
    run: async (said, context) => {
      const told = (answer: string, more = {}) => ({ effects: [], result: { answer, ...more } });
      const url = responseUrlOf(said.responseUrl ?? null);
      const { steps } = context;
      if (url === undefined || steps === undefined) return told("none");
      if (steps.applied > 0) return told("ambiguous");
      await untilSettled(said, context);
      const words = [...countWords(said.text).keys()];
      const text = settledText(words, await readCounts(context, words, context.signal));
      await steps.apply(0, []);
      try {
        const status = await post(
          url,
          { response_type: "in_channel", replace_original: false, text },
          context.signal,
        );
        return told(status >= 200 && status < 300 ? "sent" : "refused", { status });
      } catch (error) {
        context.log.warn({ cause: error instanceof Error ? error.name : "unknown" }, "slack gave no word");
        return told("ambiguous");
      }
    },
  };
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
