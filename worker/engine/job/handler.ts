// What a handler receives and what it returns. Handlers describe their effects; the engine commits them.
import type { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Logger } from "pino";
import type { ResourceNames } from "../../fleet/resources.ts";
import type { Addition } from "../ledger/addition.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ComputedEffects, Effect } from "./effect.ts";

export type { ComputedEffects, Effect } from "./effect.ts";

/** What a finished run commits: everything at once, and only if the job's fence is still ours. */
export type JobResult = {
  effects: readonly Effect[] | ComputedEffects;
  /**
   * Additions that belong to the same commit; they may share a transaction with other jobs. Effects and additions together
   * are at most 98. Not allowed with ComputedEffects.
   */
  additions?: readonly Addition[];
  /** Small JSON (under 4 KB) kept in the job's row: shown to people and passed to `afterCommit`. */
  result: Record<string, unknown>;
};

/** Applies a job in steps when it is too large for one commit. Each step is applied once, across crashes and repeats. */
export type Steps = {
  /** Steps applied by earlier runs; this run starts with the next one. */
  readonly applied: number;
  /** Applies the next step in its own transaction; rejects when the job is no longer ours. At most 98 additions. */
  apply: (step: number, additions: readonly Addition[]) => Promise<void>;
};

/** What every handler may use. Clients that only one job kind needs are arguments of that handler's factory. */
export type JobContext = {
  jobId: string;
  traceId: string;
  /** ISO 8601 time the job was enqueued. */
  enqueuedAt: string;
  /** Which run of the job this is, from 1. Runs that an interruption or the cloud's trouble ended do not count. */
  run: number;
  /** True when an earlier run, counted or not, may have left something behind. */
  repeated: boolean;
  /** Aborts on timeout, on a lost lease and at the end of a drain. */
  signal: AbortSignal;
  log: Logger;
  names: ResourceNames;
  s3: S3Client;
  db: DynamoDBDocumentClient;
  sandbox: Sandbox;
  /**
   * Writes effects immediately, if the job is still ours (`Ledger.mark`). For what must be on record before a call that
   * cannot be repeated.
   */
  mark: (effects: readonly Effect[]) => Promise<void>;
  /** Wall clock, epoch milliseconds. */
  now: () => number;
  /** For jobs too large for one commit; undefined after the commit. */
  steps?: Steps;
};

/**
 * The code of a job kind.
 * `run` reads, computes and writes only to names derived from the job (so that repeating it is harmless), and
 * returns the effects. `afterCommit` runs after the commit, and again on every redelivery of a finished job until
 * the message is deleted, so it must be idempotent. Throw `InputRejected` for an input that can never succeed.
 */
export type Handler<Payload> = {
  run: (payload: Payload, context: JobContext) => Promise<JobResult>;
  afterCommit?: (payload: Payload, result: Record<string, unknown>, context: JobContext) => Promise<void>;
};
