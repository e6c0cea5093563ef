// A campaign as data, made from a seed by a pure function: what people send in, and what goes wrong meanwhile.
import { seededRandom } from "../../../local/gateway/faults.ts";
import { type PlannedFault, planDrains, planFaults } from "./faults.ts";
import { type PlannedInput, planInputs } from "./inputs.ts";

/** Everything a run does on its own account. */
export type Plan = {
  seed: number;
  jobs: number;
  inputs: readonly PlannedInput[];
  /** Faults of processes and of the surroundings, by the share of jobs that have ended. */
  faults: readonly PlannedFault[];
  /** Chance that a request of a worker is hit, and the seed of the sequence that decides it. */
  requests: { probability: number; seed: number };
  workers: number;
  /** Jobs sent and not ended that producers allow before they wait. */
  backlog: number;
  leaseSeconds: number;
};

/** What a plan is made from. */
export type PlanOptions = { seed: number; jobs: number; leaseSeconds?: number };

/** The leases of a campaign, seconds, unless a person chooses others: as short as a machine of its own bears. */
export const defaultLeaseSeconds = 5;

/** Of a job's own lease, 60 seconds, and so of its time limit and its backoff: the factor that goes with a lease. */
const timeScalePerLeaseSecond = 0.03;

/** The factor on every time limit and backoff of jobs that goes with leases of so many seconds. */
export const timeScaleOf = (leaseSeconds: number): number =>
  Math.min(1, timeScalePerLeaseSecond * leaseSeconds);

/** Makes the plan of a seed. */
export function makePlan({ seed, jobs, leaseSeconds = defaultLeaseSeconds }: PlanOptions): Plan {
  const random = randomOf(seed);
  return {
    seed,
    jobs,
    inputs: planInputs(jobs, random),
    faults: planFaults(jobs, random),
    requests: { probability: 0.02, seed: random.whole(0, 2 ** 31) },
    workers: 3,
    backlog: 40,
    leaseSeconds,
  };
}

/**
 * The plan of a seed in which nothing goes wrong: workers are told to leave, one at a time, while the others have slots to
 * spare. It shows how fast what they hand back goes on.
 */
export function makeDrainPlan(options: PlanOptions): Plan {
  const plan = makePlan(options);
  return {
    ...plan,
    inputs: plan.inputs.map((input) =>
      input.kind === "picture" && input.fate !== "refused" ? { ...input, fate: "ready" } : input,
    ),
    faults: planDrains(options.jobs, randomOf(options.seed)),
    requests: { ...plan.requests, probability: 0 },
    backlog: 14,
  };
}

/** A seeded source of choices. */
export type Random = {
  /** In [0, 1). */
  next: () => number;
  /** From `least` to `most`, both included. */
  whole: (least: number, most: number) => number;
  pick: <Item>(items: readonly Item[]) => Item;
  shuffled: <Item>(items: readonly Item[]) => Item[];
};

/** Choices that depend on the seed alone. */
export function randomOf(seed: number): Random {
  const next = seededRandom(seed);
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    pick: <Item>(items: readonly Item[]) => items[whole(0, items.length - 1)] as Item,
    shuffled: (items) => {
      const mixed = [...items];
      for (let index = mixed.length - 1; index > 0; index -= 1) {
        const other = whole(0, index);
        [mixed[index], mixed[other]] = [mixed[other] as never, mixed[index] as never];
      }
      return mixed;
    },
  };
}
