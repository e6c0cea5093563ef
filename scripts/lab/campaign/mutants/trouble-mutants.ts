// Defects of the time before the worker knew real trouble: what it did then when a service did not answer, a letter came back
// by another tool, or a message was newer than itself.
import type { Mutant } from "./mutant.ts";

export const troubleMutants: readonly Mutant[] = [
  {
    name: "trouble counted as failure",
    invariant: "dead letters as designed",
    edits: [
      {
        file: "engine/execute/classify.ts",
        from: "return cause instanceof NewerInput || isCloudTrouble(cause, service);",
        to: "return cause instanceof NewerInput || (isCloudTrouble(cause, service) && standingNever);",
      },
      {
        file: "engine/execute/classify.ts",
        from: "function isNoFailure(",
        to: "const standingNever = false;\nfunction isNoFailure(",
      },
    ],
    exposure: {
      by: "plan",
      jobs: 60,
      faults: [{ at: 0.05, kind: "outage", outages: [{ service: "s3", how: "total", minutes: 6 }] }],
    },
  },
  {
    name: "gates left open",
    invariant: "a test",
    edits: [
      {
        file: "engine/trouble/kind-gates.ts",
        from: 'return gate.probing || gate.probeAt > this.#options.monotonic() ? "closed" : "probe";',
        to: 'return "open";',
      },
      {
        file: "engine/execute/put-off.ts",
        from: "return Math.ceil(full * (0.75 + random() / 4));",
        to: "return full < 0 ? random() : 0;",
      },
    ],
    exposure: {
      by: "test",
      file: "test/flows/outages.test.ts",
      test: "total trouble with s3: nothing dead-lettered",
    },
  },
  {
    name: "waiting for a decoder spends the run's time",
    invariant: "a test",
    edits: [
      {
        file: "engine/execute/execution.ts",
        from: "const goOn = clock.pause();",
        to: "const goOn = () => void clock;",
      },
    ],
    exposure: {
      by: "test",
      file: "test/worker/engine/execute/failure.test.ts",
      test: "waiting for a decoder does not use up the run's time",
    },
  },
  {
    name: "patience by receive count",
    invariant: "a test",
    edits: [
      {
        file: "engine/execute/failure.ts",
        from: "return failures >= policy.maxFailures * afterCommitPatience",
        to: "return execution.delivery.receiveCount >= policy.maxFailures * afterCommitPatience",
      },
    ],
    exposure: {
      by: "test",
      file: "test/worker/engine/execute/execute.test.ts",
      test: "failed work after the commit is retried with the first backoff first, however often it was received",
    },
  },
  {
    name: "suspects wait on slots",
    invariant: "a test",
    edits: [
      {
        file: "engine/execute/execute.ts",
        from: 'if (!admission.admitted) return { outcome: "waits", until: admission.until };',
        to: "if (!admission.admitted) {\n      await admission.until;\n      return await admitted(execution);\n    }",
      },
    ],
    exposure: {
      by: "test",
      file: "test/worker/engine/lanes/quarantine.test.ts",
      test: "a job under which two workers died is not claimed while another such job runs",
    },
  },
  {
    name: "dead letter's note unconditional",
    invariant: "a test",
    edits: [
      {
        file: "engine/ledger/after-end.ts",
        from: '"(#status = :dead AND redrives = :redrives) OR (#status = :completed AND redrives <= :redrives)"',
        to: '"attribute_not_exists(#status) OR #status = :dead OR #status = :completed OR redrives <> :redrives"',
      },
    ],
    exposure: {
      by: "test",
      file: "test/worker/engine/ledger/claim.test.ts",
      test: "a dead letter's note that comes late changes neither a redriven job nor one that has no row",
    },
  },
  {
    name: "account's trouble booked as refusal",
    invariant: "a test",
    edits: [
      {
        file: "jobs/mail/send-mail/call-ses.ts",
        from: 'if (code === "MessageRejected") return accountRefused.test(reason);',
        to: 'if (code === "MessageRejected") return accountRefused.test(reason) && status === 0;',
      },
    ],
    exposure: {
      by: "test",
      file: "test/worker/jobs/mail/send-mail/handler.test.ts",
      test: "",
    },
  },
  {
    name: "newer messages unreadable at once",
    invariant: "dead letters as designed",
    edits: [
      {
        file: "engine/execute/execute.ts",
        from: 'if ("newer" in work) return waitForNewer(execution, claim, work.newer);',
        to: 'if ("newer" in work) return bury(execution, claim, (waitForNewer, work.newer));',
      },
    ],
    exposure: { by: "plan", jobs: 150, faults: [{ at: 0, kind: "newer-producers" }] },
  },
  {
    name: "returned letters taken for late copies",
    invariant: "effects equal the reference",
    edits: [
      {
        file: "engine/ledger/claim.ts",
        from: "return row.redrives < redrives || (messageId !== undefined && row.messageId !== messageId);",
        to: 'return row.redrives < redrives || (messageId === "" && row.messageId !== messageId);',
      },
    ],
    exposure: { by: "plan", jobs: 120, faults: [] },
  },
];
