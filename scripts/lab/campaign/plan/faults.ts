// What goes wrong with processes and their surroundings during a campaign, and when. Faults of single requests are decided
// when the requests arrive, see faults/random-faults.ts.
import { type PlannedOutage, planOutages } from "./outages.ts";
import type { Random } from "./random.ts";

/** `at` is the share of jobs that have ended; `worker` is one of the fleet's places. */
export type PlannedFault = { at: number } & (
  | { kind: "kill"; worker: number }
  /** SIGSTOP for this many visibility timeouts, then SIGCONT. */
  | { kind: "freeze"; worker: number; visibilities: number }
  /** The event loop is blocked for this many visibility timeouts. */
  | { kind: "block-loop"; worker: number; visibilities: number }
  /** Frozen with a commit in transit, which arrives after another worker has claimed the job. */
  | { kind: "freeze-commit"; worker: number }
  /** Its heartbeats are refused or fail, and its reads are slow meanwhile. */
  | { kind: "refuse-heartbeats"; worker: number; how: "refused" | "failing" }
  | { kind: "spot"; worker: number; noticeSeconds: 120 | 39 }
  | { kind: "sigterm"; worker: number }
  | { kind: "scale-in"; worker: number; completion: "late" | "failing" | "plain" }
  /** Leaves a fleet that shrinks under load: it drains, and its place stays empty for this long. */
  | { kind: "shrink"; worker: number; emptyMs: number }
  | { kind: "flap-metadata"; worker: number }
  /** A service answers with errors for a while. */
  | { kind: "storm"; service: "sqs" | "dynamodb" | "s3"; status: 400 | 500 | 503; ms: number }
  /** SES accepts mails for a while but its answers are lost. */
  | { kind: "lose-mail-answers"; ms: number }
  /** The next process of the place has a skewed clock, or is another version of the worker. */
  | { kind: "skew-clock"; worker: number; seconds: number }
  | { kind: "other-version"; worker: number }
  /** Services do not answer for minutes. */
  | { kind: "outage"; outages: readonly PlannedOutage[] }
  /** From now on producers write as a newer version does; or all workers are replaced by that version. */
  | { kind: "newer-producers" }
  | { kind: "newer-workers" }
);

export type FaultKind = PlannedFault["kind"];

type Make = (random: Random, worker: number) => PlannedFault;

const makers: readonly { weight: number; make: Make }[] = [
  { weight: 6, make: (_, worker) => ({ at: 0, kind: "kill", worker }) },
  {
    weight: 2,
    make: ({ next }, worker) => ({ at: 0, kind: "freeze", worker, visibilities: 0.5 + 2.5 * next() }),
  },
  {
    weight: 1,
    make: ({ next }, worker) => ({ at: 0, kind: "block-loop", worker, visibilities: 0.3 + 1.2 * next() }),
  },
  { weight: 3, make: (_, worker) => ({ at: 0, kind: "freeze-commit", worker }) },
  {
    weight: 1,
    make: ({ pick }, worker) => ({
      at: 0,
      kind: "refuse-heartbeats",
      worker,
      how: pick(["refused", "failing"]),
    }),
  },
  {
    weight: 1,
    make: ({ pick }, worker) => ({ at: 0, kind: "spot", worker, noticeSeconds: pick([120, 39]) }),
  },
  { weight: 1, make: (_, worker) => ({ at: 0, kind: "sigterm", worker }) },
  {
    weight: 1,
    make: ({ pick }, worker) => ({
      at: 0,
      kind: "scale-in",
      worker,
      completion: pick(["late", "failing", "plain"]),
    }),
  },
  {
    weight: 2,
    make: ({ whole }, worker) => ({ at: 0, kind: "shrink", worker, emptyMs: whole(500, 4000) }),
  },
  { weight: 1, make: (_, worker) => ({ at: 0, kind: "flap-metadata", worker }) },
  {
    weight: 2,
    make: ({ pick, whole }) => ({
      at: 0,
      kind: "storm",
      service: pick(["sqs", "dynamodb", "s3"]),
      status: pick([400, 500, 503]),
      ms: whole(200, 900),
    }),
  },
  { weight: 1, make: ({ whole }) => ({ at: 0, kind: "lose-mail-answers", ms: whole(200, 1500) }) },
  {
    weight: 1,
    make: ({ whole }, worker) => ({ at: 0, kind: "skew-clock", worker, seconds: whole(-240, 240) }),
  },
  { weight: 1, make: (_, worker) => ({ at: 0, kind: "other-version", worker }) },
];

/** Places of the fleet that faults may hit. */
const places = 3;

/** Jobs that end between two drains of `planDrains`. By then the place has a worker again. */
const jobsBetweenDrains = 60;

/** Plans drains of the workers in turn, in each of the three ways. */
export function planDrains(jobs: number, random: Random): PlannedFault[] {
  const count = Math.max(3, Math.floor((jobs * 0.9) / jobsBetweenDrains));
  return Array.from({ length: count }, (_, index): PlannedFault => {
    const [at, worker] = [0.03 + (0.9 * index) / count, index % places];
    if (index % 3 === 0) return { at, kind: "sigterm", worker };
    if (index % 3 === 1) return { at, kind: "spot", worker, noticeSeconds: random.pick([120, 39]) };
    return { at, kind: "scale-in", worker, completion: "plain" };
  });
}

/** The share of jobs at which a rollout begins and ends. Nothing else that stops the fleet happens then. */
const rollout = { begins: 0.5, ends: 0.54 } as const;

/** Triggers are deployed before workers, or after them. */
function planRollout({ pick }: Random): PlannedFault[] {
  const [first, second] = pick([
    ["newer-producers", "newer-workers"],
    ["newer-workers", "newer-producers"],
  ] as const);
  return [
    { at: rollout.begins, kind: first },
    { at: rollout.ends, kind: second },
  ];
}

/** Before or after the rollout: an outage in it could outlast the time that newer messages are kept for. */
function besideRollout({ next }: Random): number {
  const at = 0.05 + 0.75 * next();
  return at < rollout.begins - 0.06 ? at : at + 0.12;
}

/** Plans the faults of a run with this many jobs, ordered by time. Every kind occurs at least once. */
export function planFaults(jobs: number, random: Random, seed: number): PlannedFault[] {
  const count = Math.max(makers.length, Math.round(jobs / 50));
  const weighted = makers.flatMap((maker) => Array.from({ length: maker.weight }, () => maker));
  const chosen = [...makers, ...Array.from({ length: count - makers.length }, () => random.pick(weighted))];
  const outages = planOutages(jobs, random, seed).map((list) => ({
    kind: "outage" as const,
    outages: list,
    at: besideRollout(random),
  }));
  return [
    ...chosen.map(({ make }) => ({
      ...make(random, random.whole(0, places - 1)),
      at: 0.02 + 0.9 * random.next(),
    })),
    ...outages,
    ...planRollout(random),
  ].sort((a, b) => a.at - b.at);
}
