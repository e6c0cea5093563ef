// What an error means for its job, decided without a ledger: every verdict, and which rule comes first.
import { expect, test } from "vitest";
import { classify, maxRuns, type Standing } from "../../../../worker/engine/execute/classify.ts";
import {
  AfterCommitFailed,
  DrainEnded,
  NewerMessage,
  RunTimedOut,
} from "../../../../worker/engine/execute/run-errors.ts";
import { defineJob } from "../../../../worker/engine/job/define-job.ts";
import { NewerInput } from "../../../../worker/engine/job/newer-input.ts";
import { LeaseLost } from "../../../../worker/engine/lease/lease.ts";
import { FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { CloudTrouble } from "../../../../worker/engine/trouble/cloud-trouble.ts";
import { fixtureWork } from "../../../support/fixture-jobs.ts";

const { policy } = defineJob({ ...fixtureWork, policy: { maxFailures: 3 } });
const broken = new Error("broken");
const standing = (more: Partial<Standing> = {}): Standing => ({
  claim: { run: 1, failures: 0 },
  leaseHeld: true,
  draining: false,
  ...more,
});

test("a lost fence and a lost lease are lost, even in a drain", () => {
  for (const error of [new FenceLost("job", 1), new LeaseLost("refused")])
    expect(classify(error, standing({ draining: true }), policy)).toEqual({ verdict: "lost" });
  expect(classify(broken, standing({ leaseHeld: false }), policy)).toEqual({ verdict: "lost" });
});

test("whatever ends a run in a drain is an interruption, before the claim, in the run and after the commit", () => {
  const draining = standing({ draining: true, claim: { run: 6, failures: 2 } });
  for (const error of [broken, new DrainEnded(), new AfterCommitFailed(broken)])
    expect(classify(error, draining, policy)).toEqual({ verdict: "interrupted" });
  expect(classify(broken, standing({ draining: true, claim: undefined }), policy)).toEqual({
    verdict: "interrupted",
  });
});

test("an error before the claim is no failure: nothing of the job has run", () => {
  expect(classify(broken, standing({ claim: undefined }), policy)).toEqual({ verdict: "put off" });
});

test("the cloud's trouble is put off in the last allowed run, too, and so is what may be newer than this worker", () => {
  const last = standing({ claim: { run: 6, failures: 2 } });
  for (const error of [
    new CloudTrouble("s3", "half an answer"),
    new NewerMessage("v 2"),
    new NewerInput("a plan of version 3"),
    new AfterCommitFailed(new CloudTrouble("s3", "no answer")),
  ])
    expect(classify(error, last, policy)).toEqual({ verdict: "put off" });
});

test("a run that timed out while a call waited for its answer is put off; by itself it is a failure", () => {
  const error = new RunTimedOut(10);
  expect(classify(error, standing({ stalled: true }), policy)).toEqual({ verdict: "put off" });
  expect(classify(error, standing({ stalled: false }), policy)).toEqual({ verdict: "retry", run: 1 });
  expect(classify(broken, standing({ stalled: true }), policy)).toEqual({ verdict: "retry", run: 1 });
});

test("a job is given up at its last allowed failure, or in its last allowed run", () => {
  const verdicts = (run: number, failures: number) =>
    classify(broken, standing({ claim: { run, failures } }), policy);
  expect(verdicts(2, 1)).toEqual({ verdict: "retry", run: 2 });
  expect(verdicts(3, 2)).toEqual({ verdict: "give-up", runs: 3 });
  expect(verdicts(5, 0)).toEqual({ verdict: "retry", run: 5 });
  expect(verdicts(maxRuns(policy), 0)).toEqual({ verdict: "give-up", runs: 6 });
});

test("work after a commit that fails by itself is repeated, whatever the runs before it were", () => {
  const standingThen = standing({ claim: { run: 6, failures: 2 } });
  expect(classify(new AfterCommitFailed(broken), standingThen, policy)).toEqual({ verdict: "follow again" });
});
