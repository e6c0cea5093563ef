// The ledger: one row a job, the only truth about what has been done. A claim raises the row's fence; effects and
// the terminal status are committed in one transaction on condition that the fence is still the claim's.

import { FleetError } from "../../fleet/errors.ts";
import type { Effect, JobResult } from "../job/handler.ts";
import type { Addition } from "./addition.ts";

/** What identifies and describes a job when it is claimed. */
export type ClaimRequest = {
  jobId: string;
  kind: string;
  group: string;
  traceId: string;
  enqueuedAt: string;
  redrives: number;
};

/** The right to commit a job, as long as nobody claims it again. */
export type Claim = ClaimRequest & {
  fence: number;
  /** Runs counted so far, this one included: fence minus interruptions. */
  run: number;
  /** Earlier runs among them that said why they failed. The others ended without a word. */
  failures: number;
  /** Steps of the job that were applied, by this run or by earlier ones. */
  steps: number;
};

/** What a claim finds. */
export type ClaimResult =
  | { state: "claimed"; claim: Claim }
  | { state: "completed"; result: Record<string, unknown> }
  | { state: "rejected"; code: string; reason: string }
  | { state: "dead-lettered"; cause: string; runs: number; sent: boolean };

/** How a claimed job ends. */
export type Ending =
  | ({ status: "completed" } & JobResult)
  | { status: "rejected"; code: string; reason: string; effects: readonly Effect[] }
  | { status: "dead-lettered"; cause: string };

/** The operations of a ledger. */
export type Ledger = {
  /** True where the last of at least two counted runs ended without a note: its worker died or lost its lease. */
  isSuspect: (jobId: string) => Promise<boolean>;
  /** Raises the fence of a job that has not ended, or tells how it ended. Safe to repeat. */
  claim: (request: ClaimRequest) => Promise<ClaimResult>;
  /**
   * Ends the job: its effects and its status in one transaction.
   * @throws FenceLost when another claim came after ours
   * @throws EffectRefused when a condition of an effect does not hold
   */
  commit: (claim: Claim, ending: Ending) => Promise<void>;
  /**
   * Applies one step of a job that is too large for one commit: its additions and the step's marker in one transaction.
   * Steps count from 0 and are applied in order, each once, whoever does it. A run that applied one counts as the first
   * attempt.
   * @throws FenceLost when another claim came after ours
   */
  applyStep: (claim: Claim, step: number, additions: readonly Addition[]) => Promise<void>;
  /**
   * Writes effects before the job's end, while it still runs under this claim; all or nothing. For what must be on
   * record before a call that cannot be repeated.
   * @throws FenceLost, EffectRefused as `commit` does
   */
  mark: (claim: Claim, effects: readonly Effect[]) => Promise<void>;
  /** Notes that an interruption, not the job, ended the run: it will not count as an attempt. */
  noteInterruption: (claim: Claim) => Promise<void>;
  /** Notes why a run failed; the job waits for its next attempt. */
  noteFailure: (claim: Claim, cause: string) => Promise<void>;
  /** Notes that the dead letter has been sent, so that a redelivery does not send it again and operators find it. */
  deadLetterSent: (jobId: string) => Promise<void>;
};

/** Another worker has claimed the job since; nothing of this run may be written any more. */
export class FenceLost extends FleetError {
  readonly jobId: string;

  constructor(jobId: string, fence: number) {
    super(`fence ${fence} of job ${jobId} is no longer the newest`);
    this.jobId = jobId;
  }
}

/** A condition of one of the job's own effects does not hold: the world changed since the handler read it. */
export class EffectRefused extends FleetError {
  constructor(jobId: string, index: number, options: { cause: unknown }) {
    super(`effect ${index} of job ${jobId} was refused by its condition`, options);
  }
}
