// The oracle: runs every check over the evidence and counts violations for the report.
import { drainInTime, effectsAsReference, endsOnlyWhenTold, noOrphans } from "./end-checks.ts";
import type { Check, Evidence, Invariant, Violation } from "./evidence.ts";
import {
  committedOnce,
  deadLettersAsDesigned,
  noLoss,
  noStaleWrite,
  orderWithinGroup,
  poisonedGroupsResume,
  staleWritesRejected,
} from "./ledger-checks.ts";
import { calmDuringOutages } from "./outage-checks.ts";
import { noEarlyDelete, originalSafe, silenceAfterLostLease } from "./queue-checks.ts";

export const checks: readonly Check[] = [
  noLoss,
  committedOnce,
  effectsAsReference,
  orderWithinGroup,
  noStaleWrite,
  originalSafe,
  noEarlyDelete,
  silenceAfterLostLease,
  drainInTime,
  endsOnlyWhenTold,
  poisonedGroupsResume,
  deadLettersAsDesigned,
  noOrphans,
  calmDuringOutages,
];

/** The oracle's verdict. */
export type Verdict = {
  violations: Violation[];
  lost: number;
  doubled: number;
  orderViolations: number;
  staleWritesApplied: number;
  staleWritesRejected: number;
  collateralDeadLetters: number;
};

/** Judges a run. */
export function judge(evidence: Evidence): Verdict {
  const violations = checks.flatMap((check) => check(evidence));
  const count = (invariant: Invariant) => violations.filter((one) => one.invariant === invariant).length;
  return {
    violations,
    lost: count("no loss"),
    doubled: committedOnce(evidence).length + evidence.effects.filter(({ doubled }) => doubled).length,
    orderViolations: count("order within a group"),
    staleWritesApplied: count("no stale write applied"),
    staleWritesRejected: staleWritesRejected(evidence),
    collateralDeadLetters: [...evidence.history.jobs.values()].filter(
      ({ jobId, ends }) =>
        ends.some(({ status }) => status === "dead-lettered") && !evidence.designedDeadLetters.has(jobId),
    ).length,
  };
}
