// What every consumer under test has in common: what it is given, and how it is started.
import type { BenchJob } from "./workload.ts";

/** What a consumer is given. It runs until its process is killed. */
export type ConsumerSetup = {
  queueUrl: string;
  /** The most messages handled at once. */
  slots: number;
  fleet: string;
  /** For our own worker only: with the real ledger. */
  ledger: boolean;
  /** Runs a job. */
  run: (job: BenchJob) => Promise<void>;
  /** Reads a message body and runs its job. */
  runBody: (body: string) => Promise<void>;
};

/** Starts consuming. */
export type StartConsumer = (setup: ConsumerSetup) => unknown;
