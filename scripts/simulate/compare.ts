// One trace played to every policy, and what the comparison says about ours.
import type { Outcome } from "./model/record.ts";
import { simulate } from "./model/simulation.ts";
import type { Trace } from "./model/trace.ts";
import { policies, variants } from "./policies/catalog.ts";
import { clairvoyant } from "./policies/clairvoyant.ts";

/** The outcomes of one trace. */
export type Comparison = {
  trace: Trace;
  ours: Outcome;
  /** Ours with other settings. */
  variants: readonly Outcome[];
  peers: readonly Outcome[];
  /** The cheapest known plan whose 95th percentile of waits is no longer than ours. */
  clairvoyant: Outcome;
  /** Who made that plan: the clairvoyant, or a policy where no plan of its own was cheaper. */
  planOf: string;
  /** Hours of pure work: no fleet needs fewer, whatever it knows. */
  workHours: number;
};

/** Plays the trace to every policy and looks for the clairvoyant's plan. */
export function compare(trace: Trace): Comparison {
  const [ours, ...peers] = policies.map((policy) => simulate(trace, policy));
  if (ours === undefined) throw new RangeError("no policy to compare");
  const varied = variants.map((policy) => simulate(trace, policy));
  // What a policy did is also a plan that somebody who knows the future could follow.
  const plans = [clairvoyant(trace, ours.waits.p95), ours, ...varied, ...peers].filter(
    ({ waits, unfinished }, index) => index === 0 || (waits.p95 <= ours.waits.p95 && unfinished === 0),
  );
  const best = plans.reduce((least, one) => (one.cost < least.cost ? one : least));
  const work = trace.jobs.reduce(
    (sum, { seconds, failures = 1 }) => sum + seconds * Math.max(1, failures),
    0,
  );
  return {
    ...{ trace, ours, variants: varied, peers, planOf: best.name },
    clairvoyant: { ...best, name: "clairvoyant" },
    workHours: work / trace.measures.slotsPerInstance / 3600,
  };
}

/** All outcomes in the order of tables. */
export const outcomesOf = ({ ours, variants: varied, peers, clairvoyant }: Comparison): Outcome[] => [
  ours,
  ...varied,
  ...peers,
  clairvoyant,
];

/** What must hold for ours, with the figures. */
export type Check = { holds: boolean; text: string };

/** The cost and the 95th percentile of waits beside every peer's, and the cost beside the clairvoyant's and today's. */
export function checks({ ours, peers, clairvoyant, planOf, workHours }: Comparison): Check[] {
  const better = peers.filter(({ cost, waits }) => cost < ours.cost && waits.p95 < ours.waits.p95);
  const before = peers.find(({ name }) => name === "before");
  const ratio = (other: Outcome) => ours.cost / other.cost;
  return [
    {
      holds: better.length === 0,
      text:
        better.length === 0
          ? "no policy is better in both cost and p95 wait"
          : `better in both cost and p95 wait: ${better.map(({ name }) => name).join(", ")}`,
    },
    {
      holds: ratio(clairvoyant) <= 1.25,
      text: [
        planOf === ours.name
          ? "no plan that knows the future was found to cost less at as short a p95 wait"
          : `${ratio(clairvoyant).toFixed(2)} of the clairvoyant's cost at as short a p95 wait (aim 1.25)`,
        `${(ours.instanceHours / workHours).toFixed(2)} of the ${workHours.toFixed(2)} hours of pure work`,
      ].join("; "),
    },
    ...(before === undefined
      ? []
      : [{ holds: ratio(before) <= 1, text: `${ratio(before).toFixed(2)} of the cost before` }]),
  ];
}
