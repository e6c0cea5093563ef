// What a handler is given and what it gives back. Handlers describe their effects; the runtime commits them.
import type { S3Client } from "@aws-sdk/client-s3";
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import type { DynamoDBDocumentClient, TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { Logger } from "pino";
import type { ResourceNames } from "../../fleet/resources.ts";
import type { MailSettings } from "../../jobs/mail/answers/settings.ts";
import type { Addition } from "../ledger/addition.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** One action of the transaction that commits a job; at most 98 a job (DynamoDB allows 100, the ledger takes one). */
export type Effect = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/**
 * Effects that follow from what the tables hold at the moment of the commit. Asked again when a condition of one did
 * not hold because somebody else was faster: reads anew and answers for the new state, or throws where another run
 * is needed.
 * @param refused index of the effect that was refused the last time; nothing at the first
 */
export type ComputedEffects = (refused?: number) => Promise<readonly Effect[]>;

/** What a finished run commits, all at once and only if the job's fence is still ours. */
export type JobResult = {
  effects: readonly Effect[] | ComputedEffects;
  /**
   * Additions that belong to the same commit; they may share a transaction with other jobs. With the effects at most 98.
   * Not together with ComputedEffects.
   */
  additions?: readonly Addition[];
  /** Small JSON (under 4 KB) kept in the job's row: shown to people, handed to `afterCommit`. */
  result: Record<string, unknown>;
};

/** Applies a job in steps where it is too large for one commit. Each step is applied once, whatever crashes or repeats. */
export type Steps = {
  /** Steps applied by earlier runs; this run begins with this one. */
  readonly applied: number;
  /** Applies the next step in a transaction of its own; rejects when the job is no longer ours. At most 98 additions. */
  apply: (step: number, additions: readonly Addition[]) => Promise<void>;
};

/** What a handler may use. `signal` aborts on timeout, on a lost lease and at the end of a drain. */
export type JobContext = {
  jobId: string;
  traceId: string;
  /** ISO 8601 time the job was enqueued. */
  enqueuedAt: string;
  /** 1 on the first run. */
  run: number;
  signal: AbortSignal;
  log: Logger;
  names: ResourceNames;
  s3: S3Client;
  db: DynamoDBDocumentClient;
  sandbox: Sandbox;
  /** Both are left out where the fleet sends no mails. */
  mail?: MailSettings | undefined;
  ses?: SESv2Client | undefined;
  /**
   * Writes effects at once, only while the job is ours (`Ledger.mark`): for what must be on record before a call that
   * cannot be repeated.
   */
  mark: (effects: readonly Effect[]) => Promise<void>;
  /** Wall clock, epoch milliseconds. */
  now: () => number;
  /** For jobs too large for one commit; after the commit there is none. */
  steps?: Steps;
};

/**
 * The code of a job kind.
 * `run` reads, computes and writes only to names derived from the job (so that repeating it is harmless), and
 * returns the effects. `afterCommit` runs after the commit and again on every redelivery of a finished job until
 * the message is deleted: it must be idempotent. Throw `InputRejected` for an input that can never succeed.
 */
export type Handler<Payload> = {
  run: (payload: Payload, context: JobContext) => Promise<JobResult>;
  afterCommit?: (payload: Payload, result: Record<string, unknown>, context: JobContext) => Promise<void>;
};
