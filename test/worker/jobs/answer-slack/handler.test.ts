// The settled counts go to Slack once: when everybody is done, not before, and not again whatever happens.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { answerSlackHandler, type Post } from "../../../../worker/jobs/answer-slack/handler.ts";
import { answerSlack } from "../../../../worker/jobs/answer-slack/job.ts";
import { countWordsHandler } from "../../../../worker/jobs/count-words/handler.ts";
import { countWords } from "../../../../worker/jobs/count-words/job.ts";
import { logWordsHandler } from "../../../../worker/jobs/log-words/handler.ts";
import { logWords } from "../../../../worker/jobs/log-words/job.ts";
import { multiplyWordsHandler } from "../../../../worker/jobs/multiply-words/handler.ts";
import { multiplyWords } from "../../../../worker/jobs/multiply-words/job.ts";
import type { WordsSaid } from "../../../../worker/words/said.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../../support/words/words-cloud.ts";

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

/** Notes what is posted and answers a status, or fails as a broken connection does. */
const answering =
  (status: number | "nothing"): Post =>
  async (url, body) => {
    posted.push({ url, body });
    if (status === "nothing") throw new TypeError("fetch failed");
    return status;
  };
const answer = (said: WordsSaid, status: number | "nothing" = 200) =>
  deliver(worker, answerSlack, answerSlackHandler(answering(status)), said);

async function others(said: WordsSaid, kinds = [countWords, multiplyWords, logWords]): Promise<void> {
  const handlers = {
    "count-words": countWordsHandler,
    "multiply-words": multiplyWordsHandler,
    "log-words": logWordsHandler,
  };
  for (const kind of kinds)
    expect(await deliver(worker, kind, handlers[kind.kind], said)).toMatchObject({ outcome: "completed" });
}

test("it waits for every other subscriber, posts the settled counts, and a duplicate posts nothing", async () => {
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

test("where nobody knows whether it arrived, it is not posted again", async () => {
  const said = command("lost", "lost");
  await others(said);
  expect(await answer(said, "nothing")).toMatchObject({ outcome: "completed" });
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: true });
  expect(posted).toHaveLength(1);
});

test("a worker that dies between post and commit leaves nothing that would be posted twice", async () => {
  const said = command("dying", "dying");
  await others(said);
  const dying: Post = async (url, body) => {
    posted.push({ url, body });
    words.cloud.faults.push(() => ({ kind: "drop-before-apply" }));
    return 200;
  };
  const first = await deliver(worker, answerSlack, answerSlackHandler(dying), said);
  expect(first.outcome).not.toBe("completed");
  words.cloud.faults.splice(0);
  expect(await answer(said)).toMatchObject({ outcome: "completed", replayed: false });
  expect(posted).toHaveLength(1);
});

test("a refusal is noted and not repeated; without an address of Slack's nothing is posted", async () => {
  const refused = command("refused", "refused");
  await others(refused);
  expect(await answer(refused, 404)).toMatchObject({ outcome: "completed" });
  expect(await answer({ ...say("x", "none") })).toMatchObject({ outcome: "completed" });
  const elsewhere = { ...say("x", "elsewhere"), responseUrl: "https://evil.example/" };
  expect(await answer(elsewhere)).toMatchObject({ outcome: "dead-lettered" });
  expect(posted).toHaveLength(1);
});
