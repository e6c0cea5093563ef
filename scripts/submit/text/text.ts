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
import type { Outcome } from "../../status/outcomes.ts";
import { InputRefused } from "../input-refused.ts";
import type { TextResult } from "../results.ts";
import type { OtherEnd, ResultReader, Source } from "../source.ts";
import type { Target } from "../target.ts";

/** The trigger did not take the text, which may be sent again. */
class TextNotTaken extends FleetError {}

/** What the trigger answers to a text that it will never take. */
const neverTaken: readonly number[] = [400, 413];

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
  if (!response.ok) {
    const problem = `${response.status} ${await response.text()}`;
    if (neverTaken.includes(response.status)) throw new InputRefused(`the text was refused: ${problem}`);
    throw new TextNotTaken(`the text was not taken: ${problem}`);
  }
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

/** The counts of the text's words after the jobs of all subscribers have completed, or how another of them ended. */
export async function textResultOf(
  _: Record<string, unknown>,
  { source, jobId, ended, target }: ResultReader,
): Promise<TextResult | OtherEnd | undefined> {
  if (source.from !== "text") return undefined;
  const id = jobId.slice(jobId.indexOf("/"));
  const others = subscribers.map(({ kind }) => kind + id).filter((other) => other !== jobId);
  const ends = await Promise.all(others.map(async (other) => otherEnd(other, await ended(other))));
  const failed = ends.find((end) => end !== undefined);
  if (failed !== undefined) return failed;
  const words = [...countWords(source.text).keys()];
  const counts = await readCounts(target, words);
  return { counts: Object.fromEntries(words.map((word) => [word, counts.get(word) ?? 0])) };
}

/** How a subscriber's job ended, unless it completed. */
function otherEnd(jobId: string, end: Outcome | undefined): OtherEnd | undefined {
  const kind = jobId.slice(0, jobId.indexOf("/"));
  if (end === undefined)
    return { outcome: "timed-out", reason: `${kind} has not ended; its job may still end` };
  const { outcome, reason } = end;
  return outcome === "completed" ? undefined : { outcome, reason: `${kind}: ${reason ?? "no reason given"}` };
}
