// Defects that a worker like ours could have, as exact replacements in its sources. Each names what exposes it: a run of the
// campaign and the invariant that must catch it there, or a test. A replacement whose text is not found is a failure itself.
import type { PlannedFault } from "../plan/faults.ts";
import { claimMutants } from "./claim-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { troubleMutants } from "./trouble-mutants.ts";

const places = [0, 1, 2];

/** The same fault at every place, repeatedly. */
const everywhere = (
  at: readonly number[],
  make: (at: number, worker: number) => PlannedFault,
): PlannedFault[] => at.flatMap((share) => places.map((worker) => make(share, worker)));

export const mutants: readonly Mutant[] = [
  {
    name: "marker dropped",
    invariant: "effects equal the reference",
    edits: [
      { file: "engine/ledger/claim.ts", from: "steps: row.steps ?? 0,", to: "steps: 0," },
      {
        file: "engine/ledger/dynamodb-ledger.ts",
        from: 'const before = step === 0 ? "attribute_not_exists(steps)" : "steps = :step";',
        to: 'const before = step === 0 ? "fence = :fence" : "(steps = :step OR steps <> :step)";',
      },
    ],
    exposure: { by: "crashes", scenario: "count-words by plan" },
  },
  {
    name: "effect outside the commit",
    invariant: "effects equal the reference",
    edits: [
      {
        file: "engine/ledger/group-commit.ts",
        from: "const actions = [...own.map(({ effect }) => effect), ...additions];",
        to: "await writeActions(this.#options.db, additions);\n    const actions = own.map(({ effect }) => effect);",
      },
    ],
    exposure: { by: "crashes", scenario: "count-words" },
  },
  {
    name: "delete before commit",
    invariant: "no delete before a terminal state",
    edits: [
      {
        file: "engine/wiring.ts",
        from: "const outcome = await execute(executing, delivery, stop);",
        to: 'await settler.finish(delivery, { outcome: "completed", replayed: true });\n      const outcome = await execute(executing, delivery, stop);',
      },
    ],
    exposure: { by: "plan", jobs: 20, faults: [], patience: 3 },
  },
  {
    name: "failed heartbeat ignored",
    invariant: "silence after a lost lease",
    edits: [
      {
        file: "engine/lease/lease.ts",
        from: 'if (this.#mode !== "held") return;\n    this.#mode = "lost";',
        to: 'if (why !== "") return;\n    this.#mode = "lost";',
      },
    ],
    exposure: {
      by: "plan",
      jobs: 60,
      faults: everywhere([0.02, 0.3, 0.6], (at, worker) => ({
        at,
        kind: "refuse-heartbeats",
        worker,
        how: "refused",
      })),
    },
  },
  {
    name: "group run in parallel",
    invariant: "order within a group",
    edits: [
      {
        file: "engine/lanes/lanes.ts",
        from: "#join(delivery: Delivery): void {\n    const key =",
        to: "#join(delivery: Delivery): void {\n    const key = delivery.messageId +",
      },
    ],
    exposure: { by: "plan", jobs: 60, faults: [] },
  },
  {
    name: "source deleted without version",
    invariant: "original safe",
    edits: [
      {
        file: "jobs/shared/source-object.ts",
        from: "new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId })",
        to: "new DeleteObjectCommand({ Bucket: bucket, Key: key, ...(versionId === key && { VersionId: versionId }) })",
      },
    ],
    exposure: { by: "plan", jobs: 20, faults: [], patience: 3 },
  },
  {
    name: "SDK retries on send",
    invariant: "effects equal the reference",
    edits: [
      {
        file: "process/job-clients.ts",
        from: "const ses = new SESv2Client({\n    region,\n    maxAttempts: 1,",
        to: "const ses = new SESv2Client({\n    region,\n    maxAttempts: 3,",
      },
    ],
    exposure: { by: "plan", jobs: 40, faults: [{ at: 0, kind: "lose-mail-answers", ms: 60_000 }] },
  },
  {
    name: "fence condition dropped",
    invariant: "no stale write applied",
    edits: [
      {
        file: "engine/ledger/end-row.ts",
        from: 'ConditionExpression: "fence = :fence AND #status = :running"',
        to: 'ConditionExpression: "fence >= :fence AND #status = :running"',
      },
    ],
    exposure: {
      by: "plan",
      jobs: 80,
      faults: everywhere([0.02, 0.3, 0.6], (at, worker) => ({ at, kind: "freeze-commit", worker })),
    },
  },
  {
    name: "runs counted only for caught errors",
    invariant: "dead letters as designed",
    edits: [
      {
        file: "engine/execute/execute.ts",
        from: "if (claim.run > runs)\n    return bury(",
        to: "if (claim.run > runs + 1000)\n    return bury(",
      },
    ],
    // At least forty inputs are needed to include a picture that kills its readers.
    exposure: { by: "plan", jobs: 40, faults: [], patience: 14 },
  },
  {
    name: "word plan recomputed on retry",
    invariant: "effects equal the reference",
    edits: [
      {
        file: "jobs/words/counting.ts",
        from: "if (applied > 0) return finish(await readPlan(context), context);\n      const plan = planOf(countWords(text), factor, byHour ? hourOf(context.enqueuedAt) : undefined);\n      return finish(plan.chunks.length <= 1 ? plan : await storePlan(plan, context), context);",
        to: "if (applied < 0) return finish(await readPlan(context), context);\n      // Another version of the worker, or another run, may not find the words in the same order.\n      const counted = [...countWords(text)].sort(() => Math.random() - 0.5);\n      const plan = planOf(new Map(counted), factor, byHour ? hourOf(context.enqueuedAt) : undefined);\n      if (plan.chunks.length > 1) await storePlan(plan, context);\n      return finish(plan, context);",
      },
    ],
    exposure: { by: "crashes", scenario: "count-words by plan" },
  },
  ...claimMutants,
  ...troubleMutants,
];
