// The settled counts are posted to Slack once: when all subscribers have ended, not before, and never again.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { answerSlackHandler } from "../../../../../worker/jobs/words/answer-slack/handler.ts";
import { answerSlack } from "../../../../../worker/jobs/words/answer-slack/job.ts";
import { NeverSent, type Post } from "../../../../../worker/jobs/words/answer-slack/post.ts";
import { countWordsHandler } from "../../../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../../../worker/jobs/words/count-words/job.ts";
import { logWordsHandler } from "../../../../../worker/jobs/words/log-words/handler.ts";
import { logWords } from "../../../../../worker/jobs/words/log-words/job.ts";
import { multiplyWordsHandler } from "../../../../../worker/jobs/words/multiply-words/handler.ts";
import { multiplyWords } from "../../../../../worker/jobs/words/multiply-words/job.ts";
import type { WordsSaid } from "../../../../../worker/jobs/words/words-said.ts";
import { runJob } from "../../../../support/run-job.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../../../support/words/words-cloud.ts";

let words: WordsCloud;
let worker: Parameters<typeof deliver>[0];
let posted: { url: string; body: unknown }[] = [];
beforeAll(async () => {
  words = await startWordsCloud();
  worker = (await words.newFleet()).worker();
});
afterAll(() => words.close());
afterEach(() => {
  posted = [];
  words.cloud.faults.splice(0);
});

const responseUrl = "https://hooks.slack.com/commands/1234/5678";
const command = (text: string, message: string): WordsSaid => ({ ...say(text, message), responseUrl });

type Answered = number | "nothing" | "unreached";

/** Records posts and returns a status, or fails like a broken connection or like one that was never made. */
const answering =
  (status: Answered): Post =>
  async (url, body) => {
    posted.push({ url, body });
    if (status === "nothing") throw new TypeError("fetch failed");
    if (status === "unreached") throw new NeverSent("no connection");
    return status;
  };
const answer = (said: WordsSaid, status: Answered = 200) =>
  deliver(worker, answerSlack, answerSlackHandler(answering(status)), said);

async function others(said: WordsSaid, kinds = [countWords, multiplyWords, logWords]): Promise<void> {
  const handlers = {
    "count-words": countWordsHandler(),
    "multiply-words": multiplyWordsHandler(),
    "log-words": logWordsHandler(),
  };
  for (const kind of kinds)
    expect(await deliver(worker, kind, handlers[kind.kind], said)).toMatchObject({ outcome: "completed" });
}

test("the job waits for every other subscriber and posts the settled counts; a duplicate posts nothing", async () => {
  const said = command("one two <two>", "settled");
  await others(said, [countWords, multiplyWords]);
  expect(await answer(said)).toMatchObject({
    outcome: "retried",
    cause: expect.stringContaining("NotSettled"),
  });
  expect(posted).toEqual([]);
  await others(said, [logWords]);
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: false });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: true });
  const text = "Settled:\none: 11\ntwo: 11\n&lt;two&gt;: 11";
  expect(posted).toEqual([
    { url: responseUrl, body: { response_type: "in_channel", replace_original: false, text } },
  ]);
});

test("a post that may have arrived is not repeated", async () => {
  const said = command("lost", "lost");
  await others(said);
  expect(await answer(said, "nothing")).toMatchObject({ outcome: "completed" });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: true });
  expect(posted).toHaveLength(1);
});

/** Nothing the worker writes arrives any more, and it ends soon after. */
function cutOff(end: AbortController): void {
  words.cloud.faults.push(() => ({ kind: "drop-before-apply" }));
  setTimeout(() => end.abort(), 200);
}

test("after a worker died between post and commit, nothing is posted again", async () => {
  const said = command("dying", "dying");
  await others(said);
  const end = new AbortController();
  const dying: Post = async (url, body) => {
    posted.push({ url, body });
    cutOff(end);
    return 200;
  };
  const first = await deliver(worker, answerSlack, answerSlackHandler(dying), said, end.signal);
  expect(first.outcome).not.toBe("completed");
  words.cloud.faults.splice(0);
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: false });
  expect(posted).toHaveLength(1);
});

test("a post that certainly did not arrive is repeated, and the one that arrives is the last", async () => {
  const said = command("again", "again");
  await others(said);
  for (const status of ["unreached", 429, "unreached"] as const)
    expect(await answer(said, status)).toMatchObject({
      outcome: "retried",
      cause: expect.stringContaining("PostPutOff"),
    });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: false });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: true });
  expect(posted).toHaveLength(4);
});

test("a response URL is used at most five times", async () => {
  const said = command("never", "never");
  await others(said);
  for (let use = 0; use < 5; use += 1)
    expect(await answer(said, "unreached")).toMatchObject({ outcome: "retried" });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: false });
  expect(posted).toHaveLength(5);
});

test("a worker that dies before it records that a post did not arrive leaves it ambiguous", async () => {
  const said = command("unnoted", "unnoted");
  await others(said);
  const end = new AbortController();
  const dying: Post = async (url, body) => {
    posted.push({ url, body });
    cutOff(end);
    throw new NeverSent("no connection");
  };
  const first = await deliver(worker, answerSlack, answerSlackHandler(dying), said, end.signal);
  expect(first.outcome).not.toBe("completed");
  words.cloud.faults.splice(0);
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: false });
  expect(posted).toHaveLength(1);
});

test("after a server error of Slack nothing is posted again, because the post may have been accepted", async () => {
  const said = command("failing", "failing");
  await others(said);
  expect(await answer(said, 503)).toMatchObject({ outcome: "completed" });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: true });
  expect(posted).toHaveLength(1);
});

test("half an hour after the command its response URL is no longer used, whether the others have ended or not", async () => {
  const late = (said: WordsSaid, ageMs: number) =>
    runJob(
      worker,
      answerSlack,
      answerSlackHandler(answering(200)),
      said,
      new Date(Date.now() - ageMs).toISOString(),
    );
  const halfAnHour = 30 * 60 * 1000;
  expect(await late(command("unsettled", "unsettled"), halfAnHour)).toMatchObject({ outcome: "completed" });
  const said = command("settled late", "settled late");
  await others(said);
  expect(await late(said, halfAnHour)).toMatchObject({ outcome: "completed" });
  expect(posted).toEqual([]);
  const intime = command("in time", "in time");
  await others(intime);
  expect(await late(intime, halfAnHour - 60_000)).toMatchObject({ outcome: "completed" });
  expect(posted).toHaveLength(1);
});

test("a refused post is recorded and not repeated; without a response URL of Slack nothing is posted", async () => {
  const refused = command("refused", "refused");
  await others(refused);
  expect(await answer(refused, 404)).toMatchObject({ outcome: "completed" });
  expect(await answer({ ...say("x", "none") })).toMatchObject({ outcome: "completed" });
  const elsewhere = { ...say("x", "elsewhere"), responseUrl: "https://evil.example/" };
  expect(await answer(elsewhere)).toMatchObject({ outcome: "dead-lettered" });
  expect(posted).toHaveLength(1);
});
