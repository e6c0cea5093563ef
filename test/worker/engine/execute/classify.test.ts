// What an error means for its job, decided without a ledger: every verdict, and which rule comes first.
import { expect, test } from "vitest";
import { classify, maxRuns, type Standing } from "../../../../worker/engine/execute/classify.ts";
import { AfterCommitFailed, DrainEnded } from "../../../../worker/engine/execute/run-errors.ts";
import { defineJob } from "../../../../worker/engine/job/define-job.ts";
import { LeaseLost } from "../../../../worker/engine/lease/lease.ts";
import { FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { fixtureWork } from "../../../support/fixture-jobs.ts";

const { policy } = defineJob({ ...fixtureWork, policy: { maxFailures: 3 } });
const broken = new Error("broken");
const standing = (more: Partial<Standing> = {}): Standing => ({
  claim: { run: 1, failures: 0 },
  leaseHeld: true,
  draining: false,
  receiveCount: 1,
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

test("an error before the claim is retried, however often the message was received", () => {
  const unclaimed = standing({ claim: undefined, receiveCount: 900 });
  expect(classify(broken, unclaimed, policy)).toEqual({ verdict: "retry", run: 900 });
});

test("a job is given up at its last allowed failure, or in its last allowed run", () => {
  const verdicts = (run: number, failures: number) =>
    classify(broken, standing({ claim: { run, failures } }), policy);
  expect(verdicts(2, 1)).toEqual({ verdict: "retry", run: 2 });
  expect(verdicts(3, 2)).toEqual({ verdict: "give-up", runs: 3 });
  expect(verdicts(5, 0)).toEqual({ verdict: "retry", run: 5 });
  expect(verdicts(maxRuns(policy), 0)).toEqual({ verdict: "give-up", runs: 6 });
});

test("work after a commit is retried by deliveries, not by runs, and given up after four times the failures", () => {
  const failed = new AfterCommitFailed(broken);
  const delivered = (receiveCount: number) =>
    classify(failed, standing({ receiveCount, claim: { run: 6, failures: 2 } }), policy);
  expect(delivered(11)).toEqual({ verdict: "retry", run: 11 });
  expect(delivered(12)).toEqual({ verdict: "give-up", runs: 12 });
});
