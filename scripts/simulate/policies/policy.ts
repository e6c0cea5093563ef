// What a scaling policy sees and says in a simulation. Policies know nothing of how the fleet is simulated.
import type { Trace } from "../model/trace.ts";

/** The figures of one instant, as queues and workers report them. */
export type Figures = {
  /** Seconds since the trace's beginning. */
  at: number;
  waiting: number;
  /** Received and not yet deleted: running, or invisible after a failure. */
  inFlight: number;
  busySlots: number;
  idleSlots: number;
  /** Instances whose workers report. */
  inService: number;
  /** Jobs that have ended so far. */
  ended: number;
  waitingByKind: Readonly<Record<string, number>>;
  /** Mean seconds of the runs that ended so far, by kind. */
  secondsByKind: Readonly<Record<string, number>>;
};

/** What a policy asks for. Counts outside the trace's bounds are cut to them. */
export type Decision = { wanted: number; reason: string };

/** Decides from figures that may be old and from the desired capacity of now. */
export type Decide = (figures: Figures, fleet: { desired: number; now: number }) => Decision;

/** A policy under comparison. */
export type SimulatedPolicy = {
  name: string;
  /** Where its rule is written down. */
  source: string;
  /** Seconds between its decisions. */
  everySeconds: number;
  /** How old the figures are by the time it acts on them. */
  lagSeconds: number;
  /** The instance leaves by itself, and decrements the desired capacity, after so long without a job. */
  leaveAfterIdleSeconds?: number;
  /** Starts with a fresh memory. */
  start: (trace: Trace) => Decide;
};
