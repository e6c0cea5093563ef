// Watches rows of a table until they end. States: idle -> (a row is watched) polling -> (no row is left) idle -> closed. Reads
// 100 rows a call, and polls more and more slowly while no row ends.
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../worker/fleet/clock.ts";

/** DynamoDB's limit for one BatchGetItem. */
const keysPerCall = 100;

const pauseMs = { first: 200, max: 2000, factor: 1.5 };

/** Rounds of polling that may fail in a row, after the SDK's own retries, before the watch gives up. */
const failedRounds = 5;

export type RowWatchOptions<Ended> = {
  db: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  /** The table's partition key. */
  key: string;
  /** Returns the result once a row has ended, undefined until then. */
  endedIn: (item: Record<string, unknown>) => Ended | undefined;
};

export type RowWatch<Ended> = {
  /** Resolves when the row has ended, or to undefined when the watch is closed first; rejects when polling fails. */
  ended: (id: string) => Promise<Ended | undefined>;
  /** Stops polling; rows that have not ended resolve to undefined. */
  close: () => void;
};

type Waiting<Ended> = { resolve: (ended: Ended | undefined) => void; reject: (error: unknown) => void };

/** Makes a watch that polls only while somebody waits for a row. */
export function createRowWatch<Ended>({
  db,
  table,
  clock,
  key,
  endedIn,
}: RowWatchOptions<Ended>): RowWatch<Ended> {
  // Several callers may wait for one row: a mail that was sent twice is one submission.
  const waiting = new Map<string, Waiting<Ended>[]>();
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
    const ids = [...waiting.keys()];
    let endedNow = 0;
    for (let start = 0; start < ids.length; start += keysPerCall) {
      const Keys = ids.slice(start, start + keysPerCall).map((id) => ({ [key]: id }));
      const { Responses } = await db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
      for (const item of Responses?.[table] ?? []) {
        const ended = endedIn(item);
        if (ended === undefined) continue;
        const id = String(item[key]);
        for (const { resolve } of waiting.get(id) ?? []) resolve(ended);
        endedNow += waiting.delete(id) ? 1 : 0;
      }
    }
    return endedNow;
  }

  function settleAll(settle: (one: Waiting<Ended>) => void): void {
    for (const one of [...waiting.values()].flat()) settle(one);
    waiting.clear();
  }

  return {
    ended: (id) => {
      if (end.signal.aborted) return Promise.resolve(undefined);
      const { promise, resolve, reject } = Promise.withResolvers<Ended | undefined>();
      waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }]);
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
