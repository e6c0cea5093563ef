// Submits a text as Slack does: a signed slash command, posted to the HTTP API. Reads its counts after the jobs of all
// subscribers have ended.
import { randomUUID } from "node:crypto";
import { signatureOf } from "../../../triggers/slack-message/signature.ts";
import { type JobDefinition, jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { countWords as countWordsJob } from "../../../worker/jobs/words/count-words/job.ts";
import { readCounts } from "../../../worker/jobs/words/read-counts.ts";
import { countWords } from "../../../worker/jobs/words/split-words.ts";

import { wordsSaid } from "../../../worker/jobs/words/words-said.ts";

import type { TextResult } from "../results.ts";
import type { ResultReader, Source } from "../source.ts";
import type { Target } from "../target.ts";

/** The trigger refused the text. */
class TextRefused extends FleetError {}

/** The team and channel of submitted texts. */
const place = { team: "T0SUBMIT", channel: "C0SUBMIT" };

/** Posts a text and resolves to the id of the job that counts it. */
export async function submitText(target: Target, source: Source, signal: AbortSignal): Promise<string> {
  if (source.from !== "text") throw new TypeError("the source must be a text");
  const { apiUrl, signingSecret } = await target.slack();
  const message = randomUUID();
  const body = new URLSearchParams({
    team_id: place.team,
    channel_id: place.channel,
    user_id: "U0SUBMIT",
    user_name: "submit",
    command: "/count",
    text: asSlackSends(source.text),
    trigger_id: message,
  }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const response = await fetch(`${apiUrl}/slack/messages`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": signatureOf(Buffer.from(body), timestamp, signingSecret),
    },
    redirect: "error",
    signal,
  });
  if (!response.ok)
    throw new TextRefused(`the text was refused: ${response.status} ${await response.text()}`);
  return jobIdOf(countWordsJob, { ...place, message, text: source.text });
}

/** Writes the three characters as entities that Slack sends as entities. */
function asSlackSends(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The kinds that subscribe to every message. A kind that filters for more than the event is not waited for. */
const subscribers = Object.values<Pick<JobDefinition, "kind" | "subscription">>(catalog).filter(
  ({ subscription }) =>
    subscription?.event === wordsSaid.event && Object.keys(subscription.filterPolicy ?? {}).length <= 1,
);

/** The counts of the text's words after all subscribers have ended; undefined where the waiting ended first. */
export async function textResultOf(
  _: Record<string, unknown>,
  { source, jobId, ended, target }: ResultReader,
): Promise<TextResult | undefined> {
  if (source.from !== "text") return undefined;
  const id = jobId.slice(jobId.indexOf("/"));
  const others = subscribers.map(({ kind }) => kind + id).filter((other) => other !== jobId);
  if ((await Promise.all(others.map(ended))).includes(undefined)) return undefined;
  const words = [...countWords(source.text).keys()];
  const counts = await readCounts(target, words);
  return { counts: Object.fromEntries(words.map((word) => [word, counts.get(word) ?? 0])) };
}
