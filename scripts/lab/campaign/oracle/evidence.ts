// What the oracle may look at: the cloud's log, the producers' log, what the campaign did to processes, and what is left at
// the end. Nothing that a worker says about itself.

import type { PlayedOutage } from "../faults/outages.ts";
import type { History } from "../log/history.ts";
import type { ProcessEvent } from "../log/process-log.ts";

/** An input that the cloud acknowledged, and the job it must become. */
export type Acknowledged = {
  jobId: string;
  kind: string;
  /** A description for messages: a picture's key, a mail's number. */
  name: string;
};

/** A difference between the reference and what the cloud contains at the end. */
export type EffectMismatch = { what: string; expected: unknown; found: unknown; doubled: boolean };

/** What still exists though nothing should. */
export type Leftovers = {
  processes: readonly number[];
  files: readonly string[];
  /** Rows and messages, each as a text. */
  rows: readonly string[];
};

export type Evidence = {
  history: History;
  acknowledged: readonly Acknowledged[];
  /** Jobs that are meant to fail permanently. */
  designedDeadLetters: ReadonlySet<string>;
  processes: readonly ProcessEvent[];
  effects: readonly EffectMismatch[];
  /** Mails left for an operator to resolve. */
  ambiguousMails: number;
  leftovers: Leftovers;
  /** Buckets with people's originals, and the only job that may delete a given version there. */
  originals: { bucket: string; deleterOf: (key: string, versionId: string) => string | undefined }[];
  /** The longest stall of the campaign's own event loop. On a starved machine workers are as slow to notice things. */
  stallMs: number;
  outages: readonly PlayedOutage[];
  /** The most workers at a time, and how long a second of theirs takes on the machine. */
  fleet: { workers: number; scale: number };
  /** Access key ids of workers start with this. */
  workerPrefix: string;
};

export const invariants = [
  "no loss",
  "effects equal the reference",
  "order within a group",
  "no stale write applied",
  "original safe",
  "no delete before a terminal state",
  "silence after a lost lease",
  "drain finished before its deadline",
  "poisoned groups resume",
  "dead letters as designed",
  "no orphans",
  "calm during outages",
  "a worker ends only when it is told to",
] as const;

export type Invariant = (typeof invariants)[number];

/** One violation of one invariant. */
export type Violation = { invariant: Invariant; jobId?: string; text: string };

/** Finds violations of one invariant. */
export type Check = (evidence: Evidence) => Violation[];
