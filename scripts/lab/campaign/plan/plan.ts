// A campaign as data: a pure function makes it from a seed. It says what people send and what goes wrong meanwhile.
import { type PlannedFault, planDrains, planFaults } from "./faults.ts";
import { type PlannedInput, planInputs } from "./inputs.ts";
import { randomOf } from "./random.ts";

/** Everything a run does by itself. */
export type Plan = {
  seed: number;
  jobs: number;
  inputs: readonly PlannedInput[];
  /** Faults of processes and their surroundings, by the share of jobs that have ended. */
  faults: readonly PlannedFault[];
  /** The probability that a worker's request is hit, and the seed of the sequence that decides it. */
  requests: { probability: number; seed: number };
  workers: number;
  /** How many sent but not ended jobs producers allow before they wait. */
  backlog: number;
  leaseSeconds: number;
};

/** What a plan is made from. */
export type PlanOptions = { seed: number; jobs: number; leaseSeconds?: number };

/** The default lease of a campaign, in seconds: as short as an idle machine can keep. */
export const defaultLeaseSeconds = 5;

/** A worker's lease and the longest run, in seconds of its own, faster time. A lease in an account is 60 seconds. */
export const fasterSeconds = { lease: 150, run: 600 } as const;

/**
 * How long a second of workers and queues takes on the machine, so that a lease there lasts `leaseSeconds`: a thirtieth
 * of a second on an idle machine.
 */
export const timeScaleOf = (leaseSeconds: number): number => Math.min(1, leaseSeconds / fasterSeconds.lease);

/** Makes the plan of a seed. */
export function makePlan({ seed, jobs, leaseSeconds = defaultLeaseSeconds }: PlanOptions): Plan {
  const random = randomOf(seed);
  return {
    seed,
    jobs,
    inputs: planInputs(jobs, random),
    faults: planFaults(jobs, random, seed),
    requests: { probability: 0.02, seed: random.whole(0, 2 ** 31) },
    workers: 3,
    backlog: 40,
    leaseSeconds,
  };
}

/**
 * The plan of a seed in which nothing goes wrong: workers drain one at a time while the others have free slots. It shows
 * how soon the messages they return are taken up again.
 */
export function makeDrainPlan(options: PlanOptions): Plan {
  const plan = quiet(makePlan(options));
  return { ...plan, faults: planDrains(options.jobs, randomOf(options.seed)), backlog: 14 };
}

/** The plan of a seed in which only services fail. It shows how soon work goes on after an outage, and the calls during it. */
export function makeOutagePlan(options: PlanOptions): Plan {
  const plan = makePlan(options);
  return { ...quiet(plan), faults: plan.faults.filter(({ kind }) => kind === "outage") };
}

/** No request is hit, and no picture fails. */
const quiet = (plan: Plan): Plan => ({
  ...plan,
  inputs: plan.inputs.map((input) =>
    input.kind === "picture" && input.fate !== "refused" ? { ...input, fate: "ready" } : input,
  ),
  requests: { ...plan.requests, probability: 0 },
});
