// What a submitted text is said to be once the job that counts it has completed: the jobs of the other subscribers decide, too.
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { kindOf } from "../../../../scripts/submit/kinds.ts";
import type { SubmitLine } from "../../../../scripts/submit/line.ts";
import { type SubmitOptions, submitAll, type Work } from "../../../../scripts/submit/submit.ts";
import { chooseTarget } from "../../../../scripts/submit/target.ts";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { countWords } from "../../../../worker/jobs/words/count-words/job.ts";
import { putJob } from "../../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";

let provisioned: Provisioned;
let names: ResourceNames;
beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("texts");
  return () => provisioned.close();
});

let messages = 0;

/** Submits a text whose jobs end as given; those that are not named never end. */
async function submitted(
  ends: Record<string, Record<string, unknown>>,
  options: Partial<SubmitOptions> = {},
): Promise<SubmitLine[]> {
  messages += 1;
  const text = "a word";
  const jobId = jobIdOf(countWords, { team: "T", channel: "C", message: `m${messages}`, text });
  for (const [kind, end] of Object.entries(ends))
    await putJob(provisioned, names, kind + jobId.slice(jobId.indexOf("/")), { kind, ...end });
  const target = chooseTarget(
    { AWS_ENDPOINT_URL: provisioned.cloud.url, FLEET_NAME: "texts" },
    { aws: false },
  );
  onTestFinished(target.destroy);
  const source = { from: "text", text } as const;
  const kind = kindOf(source);
  if (typeof kind === "string") throw new Error(kind);
  const work: Work = { source, kind: { ...kind, submit: async () => jobId } };
  return submitAll([work], {
    target,
    clock: systemClock,
    concurrency: 1,
    wait: true,
    timeoutSeconds: 1,
    signal: new AbortController().signal,
    onLine: () => {},
    onProgress: () => {},
    ...options,
  });
}

const completed = { status: "completed", result: { distinct: 2, added: 2, chunks: 1 } };

test("a text is completed once the jobs of all subscribers have completed", async () => {
  const ends = { "count-words": completed, "multiply-words": completed, "log-words": completed };
  expect(await submitted(ends)).toMatchObject([
    { outcome: "completed", result: { counts: { a: 0, word: 0 } } },
  ]);
});

test("a text whose counting has not ended everywhere within the timeout is timed out, not completed", async () => {
  expect(await submitted({ "count-words": completed, "log-words": completed })).toMatchObject([
    {
      outcome: "timed-out",
      reason: "multiply-words has not ended; its job may still end",
      result: null,
    },
  ]);
});

test("a text of which a subscriber's job died is dead-lettered, with the cause", async () => {
  const died = { status: "dead-lettered", cause: "it failed every time" };
  const ends = { "count-words": completed, "multiply-words": died, "log-words": completed };
  expect(await submitted(ends)).toMatchObject([
    { outcome: "dead-lettered", reason: "multiply-words: it failed every time", result: null },
  ]);
});

test("Ctrl-C leaves a text that has not ended everywhere without a line", async () => {
  const stop = new AbortController();
  const lines = submitted({ "count-words": completed }, { signal: stop.signal, timeoutSeconds: 60 });
  setTimeout(() => stop.abort(), 1000);
  expect(await lines).toEqual([]);
});
