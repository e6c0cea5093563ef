// Watches jobs in the jobs table until they end: idle -> (a job is watched) polling -> (none is left) idle -> closed.
// Polls gently: 100 rows a call, slower and slower while nothing ends.
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../worker/clock.ts";
import { type Outcome, outcomeOf } from "../status/outcomes.ts";

/** DynamoDB's limit for one BatchGetItem. */
const keysPerCall = 100;

const pauseMs = { first: 200, max: 2000, factor: 1.5 };

/** Rounds of polling that may fail one after another (each has the SDK's own retries) before the watch gives up. */
const failedRounds = 5;

export type JobWatchOptions = { db: DynamoDBDocumentClient; table: string; clock: Clock };

export type JobWatch = {
  /** Resolves when the job has ended, or with undefined when the watch was closed first; rejects when polling fails. */
  ended: (jobId: string) => Promise<Outcome | undefined>;
  /** Stops polling; what has not ended resolves to undefined. */
  close: () => void;
};

type Waiting = { resolve: (outcome: Outcome | undefined) => void; reject: (error: unknown) => void };

/** Makes a watch that polls only while it is asked about jobs that have not ended. */
export function createJobWatch({ db, table, clock }: JobWatchOptions): JobWatch {
  const waiting = new Map<string, Waiting>();
  const end = new AbortController();
  let polling = false;
  let pause = pauseMs.first;

  async function poll(): Promise<void> {
    let failures = 0;
    polling = true;
    while (waiting.size > 0) {
      await clock.sleep(pause, end.signal);
      try {
        const endedNow = await look();
        failures = 0;
        pause = endedNow > 0 ? pauseMs.first : Math.min(pauseMs.max, pause * pauseMs.factor);
      } catch (error) {
        failures += 1;
        pause = pauseMs.max;
        if (failures >= failedRounds) settleAll(({ reject }) => reject(error));
      }
    }
    polling = false;
  }

  async function look(): Promise<number> {
    const jobIds = [...waiting.keys()];
    let endedNow = 0;
    for (let start = 0; start < jobIds.length; start += keysPerCall) {
      const Keys = jobIds.slice(start, start + keysPerCall).map((jobId) => ({ jobId }));
      const { Responses } = await db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
      for (const item of Responses?.[table] ?? []) {
        const outcome = outcomeOf(item);
        if (outcome === undefined) continue;
        waiting.get(outcome.jobId)?.resolve(outcome);
        endedNow += waiting.delete(outcome.jobId) ? 1 : 0;
      }
    }
    return endedNow;
  }

  function settleAll(settle: (job: Waiting) => void): void {
    for (const job of waiting.values()) settle(job);
    waiting.clear();
  }

  return {
    ended: (jobId) => {
      if (end.signal.aborted) return Promise.resolve(undefined);
      const { promise, resolve, reject } = Promise.withResolvers<Outcome | undefined>();
      waiting.set(jobId, { resolve, reject });
      pause = pauseMs.first;
      if (!polling) void poll();
      return promise;
    },
    close: () => {
      end.abort();
      settleAll(({ resolve }) => resolve(undefined));
    },
  };
}
