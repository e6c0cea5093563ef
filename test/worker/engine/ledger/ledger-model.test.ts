// Ledgers against one model: three workers do anything in any order, answers are lost, requests arrive twice.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Claim,
  type ClaimRequest,
  FenceLost,
  JobKnown,
  type Ledger,
} from "../../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";
import { createMemoryLedger } from "../../../support/memory-ledger.ts";

let database: LedgerDatabase;
beforeAll(async () => {
  database = await startLedgerDatabase(systemClock);
});
afterAll(() => database.close());

type Step = {
  worker: number;
  does:
    | "claim"
    | "claim as new"
    | "presume"
    | "end without effects"
    | "complete"
    | "reject"
    | "bury"
    | "interruption"
    | "failure";
  fault: "none" | "drop-answer" | "reset-in-body" | "duplicate" | "drop-before-apply";
};
const steps = fc.array(
  fc.record<Step>({
    worker: fc.nat({ max: 2 }),
    does: fc.constantFrom(
      ...(["claim", "claim", "claim as new", "presume", "complete", "complete"] as const),
      ...(["claim as new", "end without effects", "reject", "bury", "interruption", "failure"] as const),
    ),
    fault: fc.constantFrom("none", "none", "drop-answer", "reset-in-body", "duplicate", "drop-before-apply"),
  }),
  { minLength: 3, maxLength: 14 },
);

/** The model: one fence, one status, who ended a job that nobody had claimed, and the claims that the workers believe they have. */
type Model = {
  fence: number;
  interruptions: number;
  status: string;
  effects: number;
  endedBy?: string | undefined;
};

/** Does a step under its fault; the disturbed call is repeated by the SDK. */
async function doStep(job: ClaimRequest, step: Step, claims: (Claim | undefined)[]): Promise<unknown> {
  let hit = step.fault === "none";
  const rule = ({ action }: { action: string }) => {
    if (hit || action === "GetItem" || step.fault === "none") return undefined;
    hit = true;
    return { kind: step.fault };
  };
  database.gateway.faults.push(rule);
  try {
    return await act(database.ledger(`w${step.worker}`), job, step, claims);
  } finally {
    database.gateway.faults.splice(0);
  }
}

const orFenceLost = (error: unknown) => {
  if (error instanceof FenceLost) return "fence lost";
  if (error instanceof JobKnown) return "job known";
  throw error;
};

async function act(
  ledger: Ledger,
  job: ClaimRequest,
  { worker, does }: Step,
  claims: (Claim | undefined)[],
): Promise<unknown> {
  if (isClaim(does)) {
    const found = await ledger.claim({ ...job, probablyNew: does === "claim as new" });
    if (found.state === "claimed") claims[worker] = found.claim;
    return found.state === "claimed" ? [found.claim.fence, found.claim.run] : found.state;
  }
  if (does === "presume") {
    claims[worker] = ledger.presume(job);
    return "presumed";
  }
  const claim = claims[worker];
  if (claim === undefined) return "nothing to do";
  if (isNote(does) && claim.presumed) return "nothing to note";
  const Key = { id: job.jobId };
  const effect = {
    Update: {
      TableName: database.books,
      Key,
      UpdateExpression: "ADD times :one",
      ExpressionAttributeValues: { ":one": 1 },
    },
  };
  if (does === "end without effects")
    await ledger.commit(claim, { status: "completed", effects: [], result: {} });
  if (does === "complete") await ledger.commit(claim, { status: "completed", effects: [effect], result: {} });
  if (does === "reject")
    await ledger.commit(claim, { status: "rejected", code: "c", reason: "r", effects: [effect] });
  if (does === "bury") await ledger.commit(claim, { status: "dead-lettered", cause: "c" });
  if (does === "interruption") await ledger.noteInterruption(claim);
  if (does === "failure") await ledger.noteFailure(claim, "f");
  return "done";
}

/** A guess that a job is new may be wrong: the claim is the same. */
const isClaim = (does: Step["does"]): does is "claim" | "claim as new" =>
  does === "claim" || does === "claim as new";

/** A presumed claim is in no row, so nothing can be noted under it. */
const isNote = (does: Step["does"]): boolean => does === "interruption" || does === "failure";

const endings = {
  "end without effects": "completed",
  complete: "completed",
  reject: "rejected",
  bury: "dead-lettered",
} as const;

const effectsOf = (does: Step["does"]): number => (does === "complete" || does === "reject" ? 1 : 0);

/** A presumed claim ends the job only if nobody has claimed it. */
function expectedOfPresumed(model: Model, does: Step["does"], { presumed }: Claim): unknown {
  const status = endings[does as keyof typeof endings];
  if (model.endedBy === presumed?.token && model.status === status) return "done";
  if (model.status !== "none") return "job known";
  const effects = effectsOf(does);
  Object.assign(model, { fence: 1, status, effects, endedBy: presumed?.token });
  return "done";
}

/** The answer the step must give, and its effect on the model. */
function expected(model: Model, { worker, does }: Step, claims: (Claim | undefined)[]): unknown {
  const open = model.status === "running" || model.status === "waiting" || model.status === "none";
  if (isClaim(does)) {
    if (!open) return model.status;
    Object.assign(model, { fence: model.fence + 1, status: "running" });
    return [model.fence, model.fence - model.interruptions];
  }
  if (does === "presume") return "presumed";
  const claim = claims[worker];
  if (claim === undefined) return "nothing to do";
  if (claim.presumed) return isNote(does) ? "nothing to note" : expectedOfPresumed(model, does, claim);
  const ours = claim.fence === model.fence;
  if (does === "interruption" || does === "failure") {
    // Repeating what has been done is no error, so that a lost answer does no harm.
    if (ours && model.status === "waiting") return "done";
    if (!ours || model.status !== "running") return "fence lost";
    Object.assign(model, {
      status: "waiting",
      interruptions: model.interruptions + (does === "interruption" ? 1 : 0),
    });
    return "done";
  }
  if (ours && model.status === endings[does]) return "done";
  if (!ours || model.status !== "running") return "fence lost";
  Object.assign(model, { status: endings[does], effects: model.effects + effectsOf(does) });
  return "done";
}

test("whatever three workers do, in any order and under any faults, the ledger on DynamoDB behaves like its model and effects happen at most once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      database.renewClient();
      const job = newJob();
      const claims: (Claim | undefined)[] = [];
      const model: Model = { fence: 0, interruptions: 0, status: "none", effects: 0 };
      for (const step of history) {
        const due = expected(model, step, claims);
        expect(await doStep(job, step, claims).catch(orFenceLost)).toEqual(due);
      }
      const row = await database.row(job.jobId);
      expect(row?.fence ?? 0).toBe(model.fence);
      expect(row?.interruptions ?? 0).toBe(model.interruptions);
      expect(row?.status ?? "none").toBe(model.status);
      expect((await database.book(job.jobId))?.times ?? 0).toBe(model.effects);
      expect(model.effects).toBeLessThanOrEqual(1);
    }),
    { numRuns: 100, interruptAfterTimeLimit: 60_000 },
  );
});

test("the ledger in memory, which other tests use, behaves like the same model", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const job = newJob();
      const claims: (Claim | undefined)[] = [];
      const model: Model = { fence: 0, interruptions: 0, status: "none", effects: 0 };
      let effects = 0;
      const ledger = createMemoryLedger((_, ending) => {
        effects += ending.status === "dead-lettered" || ending.effects.length === 0 ? 0 : 1;
      });
      for (const step of history) {
        const due = expected(model, step, claims);
        expect(await act(ledger, job, step, claims).catch(orFenceLost)).toEqual(due);
      }
      const row = ledger.rows.get(job.jobId);
      expect([row?.fence ?? 0, row?.interruptions ?? 0, row?.status ?? "none", effects]).toEqual([
        model.fence,
        model.interruptions,
        model.status,
        model.effects,
      ]);
    }),
    { numRuns: 1000 },
  );
});
