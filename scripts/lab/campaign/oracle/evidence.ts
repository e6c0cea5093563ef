// What the oracle may look at: the cloud's log, the producers' log, what the campaign did to processes, and what is left
// at the end. Nothing a worker says of itself.
import type { History } from "../log/history.ts";
import type { ProcessEvent } from "../log/process-log.ts";

/** An input that the cloud acknowledged, and the job it must become. */
export type Acknowledged = {
  jobId: string;
  kind: string;
  /** For messages: a picture's key, a mail's number. */
  name: string;
};

/** A mismatch between a reference fold of the producers' log and what the cloud holds in the end. */
export type EffectMismatch = { what: string; expected: unknown; found: unknown; doubled: boolean };

/** What is still there when nothing should be. */
export type Leftovers = {
  processes: readonly number[];
  files: readonly string[];
  /** Rows and messages, each in words. */
  rows: readonly string[];
};

export type Evidence = {
  history: History;
  acknowledged: readonly Acknowledged[];
  /** Jobs made to fail for good. */
  designedDeadLetters: ReadonlySet<string>;
  processes: readonly ProcessEvent[];
  effects: readonly EffectMismatch[];
  /** Mails left to an operator. */
  ambiguousMails: number;
  leftovers: Leftovers;
  /** Buckets whose objects are people's originals, and the job that alone may delete a version there. */
  originals: { bucket: string; deleterOf: (key: string, versionId: string) => string | undefined }[];
  /** Longest time the campaign's own event loop stood still: on a starved machine workers are as slow to notice. */
  stallMs: number;
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
] as const;

export type Invariant = (typeof invariants)[number];

/** One breach of one invariant. */
export type Violation = { invariant: Invariant; jobId?: string; text: string };

/** Looks for breaches of one invariant. */
export type Check = (evidence: Evidence) => Violation[];
