// Defects of runs that begin without a claim.
import type { Mutant } from "./mutant.ts";

const tests = "test/worker/engine";

export const claimMutants: readonly Mutant[] = [
  {
    name: "presumed commit without its condition",
    invariant: "a test",
    edits: [
      {
        file: "engine/ledger/end-row.ts",
        from: 'ConditionExpression: "attribute_not_exists(jobId)"',
        to: 'ConditionExpression: "attribute_not_exists(jobId) OR attribute_exists(jobId)"',
      },
    ],
    exposure: {
      by: "test",
      file: `${tests}/ledger/ledger-model.test.ts`,
      test: "whatever three workers do, in any order and under any faults",
    },
  },
  {
    name: "no run claimed before it starts",
    invariant: "a test",
    edits: [
      {
        file: "engine/execute/held-claim.ts",
        from: "delivery.receiveCount === 1",
        to: "delivery.receiveCount >= 1",
      },
    ],
    exposure: {
      by: "test",
      file: `${tests}/execute/held-claim.test.ts`,
      test: "a later delivery is claimed before it runs",
    },
  },
  {
    name: "failure of a presumed run not noted",
    invariant: "a test",
    edits: [
      {
        file: "engine/execute/failure.ts",
        from: 'verdict.verdict === "interrupted" && held.claim.presumed',
        to: 'verdict.verdict !== "lost" && held.claim.presumed',
      },
    ],
    exposure: {
      by: "test",
      file: `${tests}/execute/held-claim.test.ts`,
      test: "a first run that fails claims the job to note it, and counts",
    },
  },
  {
    name: "row that was there taken for a new one",
    invariant: "a test",
    edits: [
      {
        file: "engine/ledger/new-rows.ts",
        from: "resolve(response !== undefined && response.Error === undefined);",
        to: "resolve(response !== undefined);",
      },
    ],
    exposure: {
      by: "test",
      file: `${tests}/ledger/ledger-model.test.ts`,
      test: "whatever three workers do, in any order and under any faults",
    },
  },
];
