// The ledger: one row per job, the only record of what has been done. A claim raises the row's fence. Effects and terminal
// status are committed in one transaction, on condition that the fence is still the claim's.

import { FleetError } from "../../fleet/errors.ts";
import type { Effect } from "../job/effect.ts";
import type { JobResult } from "../job/handler.ts";
import type { Addition } from "./addition.ts";
import type { RunNote } from "./run-notes.ts";

/** A job to claim. */
export type ClaimRequest = {
  jobId: string;
  kind: string;
  group: string;
  traceId: string;
  enqueuedAt: string;
  redrives: number;
  /** The job whose commit enqueued this one; undefined for a job of an event. For people. */
  causedBy?: string;
  /** What the message asks for. Kept in the row of a job that fails or is refused. */
  payload?: unknown;
  /** The message that brings the job. A dead job that comes with another one was sent back, by whatever tool. */
  messageId?: string;
  /** True for the first delivery of a message that was never sent back. A wrong guess costs a write, never more. */
  probablyNew?: boolean;
};

/** The right to commit a job, until another claim replaces it. */
export type Claim = ClaimRequest & {
  fence: number;
  /** Which run of the job this is, from 1: fence minus interruptions. */
  run: number;
  /** Earlier runs that noted a failure. The other ones ended without a note. */
  failures: number;
  /** Steps of the job applied so far, by this run or by earlier ones. */
  steps: number;
  /** Epoch milliseconds since which every run was put off; undefined when the last run was not. */
  putOffSince?: number;
  /** The row's notes of runs, this one's beginning included. */
  notes?: readonly RunNote[];
  /** Only in a presumed claim, of which the ledger knows nothing yet (`Ledger.presume`): its token and when it began. */
  presumed?: { token: string; at: number };
};

/** The result of a claim: the right to run, or how the job has ended. */
export type ClaimResult =
  | { state: "claimed"; claim: Claim }
  | { state: "completed"; result: Record<string, unknown> }
  | { state: "rejected"; code: string; reason: string }
  | { state: "dead-lettered"; cause: string; runs: number; redrives: number; sent: boolean };

/** How a claimed job ends. */
export type Ending =
  | ({ status: "completed" } & JobResult)
  | { status: "rejected"; code: string; reason: string; effects: readonly Effect[] }
  | { status: "dead-lettered"; cause: string };

/** The operations of a ledger. */
export type Ledger = {
  /** True when the last of at least two runs ended without a note: its worker died or lost its lease. */
  isSuspect: (jobId: string) => Promise<boolean>;
  /**
   * Raises the fence of a job that has not ended, or reports how it ended. Safe to repeat.
   * @param signal the lease's: a claim that is sent late could end the run of the message's next holder
   */
  claim: (request: ClaimRequest, signal?: AbortSignal) => Promise<ClaimResult>;
  /**
   * The claim of a job that is presumed to be new, without a call. Its commit makes the job's row, so it holds only if there is
   * none: a run whose whole effect is its commit thus costs one call instead of two. Only `commit` takes such a claim.
   */
  presume: (request: ClaimRequest) => Claim;
  /**
   * Ends the job: its effects and its status, all or nothing.
   * @throws JobKnown when the claim was presumed and the job has a row
   * @throws FenceLost when there is a newer claim
   * @throws EffectRefused when a condition of an effect does not hold
   */
  commit: (claim: Claim, ending: Ending) => Promise<void>;
  /**
   * Applies one step of a job that is too large for one commit: its additions and the step's marker in one transaction.
   * Steps count from 0 and are applied in order, each exactly once across all runs. A run that applied a step counts as
   * the job's first run.
   * @throws FenceLost when there is a newer claim
   */
  applyStep: (claim: Claim, step: number, additions: readonly Addition[]) => Promise<void>;
  /**
   * Writes effects before the job's end, all or nothing, while it still runs under this claim. For what must be on record
   * before a call that cannot be repeated.
   * @throws FenceLost, EffectRefused as `commit` does
   */
  mark: (claim: Claim, effects: readonly Effect[]) => Promise<void>;
  /** Notes that an interruption ended the run: it does not count as a run. */
  noteInterruption: (claim: Claim) => Promise<void>;
  /** Notes why a run failed; the job waits for its next run. */
  noteFailure: (claim: Claim, cause: string) => Promise<void>;
  /** Notes that the cloud's trouble ended the run: it does not count, neither as a run nor as a failure. */
  notePutOff: (claim: Claim, cause: string) => Promise<void>;
  /** Notes that work after the commit failed; resolves to how often it has failed. */
  noteAfterCommitFailure: (jobId: string, cause: string) => Promise<number>;
  /**
   * Notes that the dead letter was sent, so that a redelivery does not send it again and operators can find it. Writes
   * nothing when the job has been redriven since, or has no row any more.
   */
  deadLetterSent: (letter: { jobId: string; redrives: number }) => Promise<void>;
};

/** Another worker has claimed the job: this run may not write anything any more. */
export class FenceLost extends FleetError {
  readonly jobId: string;

  constructor(jobId: string, fence: number) {
    super(`fence ${fence} of job ${jobId} is no longer the newest`);
    this.jobId = jobId;
  }
}

/** A job that was presumed to be new has a row: it must be claimed. Nothing was written. */
export class JobKnown extends FleetError {
  constructor(jobId: string) {
    super(`job ${jobId} has a row already`);
  }
}

/** A condition of one of the job's own effects failed: the data changed after the handler read it. */
export class EffectRefused extends FleetError {
  constructor(jobId: string, index: number, options: { cause: unknown }) {
    super(`effect ${index} of job ${jobId} was refused by its condition`, options);
  }
}
