// Batches of stream records and functions that fail in every way: what is processed and discarded, and in which order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type DeliverOptions, deliverBatch } from "../../../../scripts/local/streams/deliver-batch.ts";
import type { Discarded } from "../../../../scripts/local/streams/failure-message.ts";
import type { StreamRecord } from "../../../../scripts/streams/stream-record.ts";

const startMs = Date.UTC(2026, 0, 1);

const recordsNamed = (...names: number[]): StreamRecord[] =>
  names.map((name) => ({
    sequenceNumber: String(name),
    createdMs: startMs,
    lambdaRecord: { dynamodb: { SequenceNumber: String(name) } },
  }));

type Invoke = (names: number[], invocation: number) => unknown;
const failing = (name: number) => ({ batchItemFailures: [{ itemIdentifier: String(name) }] });
const thrown = () => {
  throw new Error("told to throw");
};

/** Delivers to `invoke` and returns what happened. Sleeping only moves the clock. */
async function deliver(
  records: readonly StreamRecord[],
  invoke: Invoke,
  source: Partial<DeliverOptions["source"]> = {},
) {
  const seen = {
    batches: [] as number[][],
    settled: [] as string[],
    discarded: [] as Discarded[],
    pausesMs: [] as number[],
  };
  let now = startMs;
  await deliverBatch(
    {
      source: {
        maximumRetryAttempts: 2,
        maximumRecordAgeSeconds: 3600,
        bisectBatchOnFunctionError: true,
        ...source,
      },
      invoke: async (event) => {
        const { Records } = event as { Records: { dynamodb: { SequenceNumber: string } }[] };
        const names = Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
        seen.batches.push(names);
        return invoke(names, seen.batches.length);
      },
      discard: async (discarded) => void seen.discarded.push(discarded),
      settled: ({ sequenceNumber }) => void seen.settled.push(sequenceNumber),
      clock: {
        now: () => now,
        monotonic: () => now,
        sleep: async (ms) => {
          seen.pausesMs.push(ms);
          now += ms;
        },
      },
      signal: new AbortController().signal,
      pauseMs: { first: 100, longest: 250 },
    },
    records,
  );
  return seen;
}

const namesOf = ({ records }: Discarded) => records.map(({ sequenceNumber }) => Number(sequenceNumber));

test.each([
  ["nothing", undefined],
  ["null", null],
  ["an empty object", {}],
  ["no list", { batchItemFailures: null }],
  ["an empty list", { batchItemFailures: [] }],
])("a function that answers %s has taken the whole batch", async (_, answer) => {
  const seen = await deliver(recordsNamed(1, 2, 3), () => answer);
  expect(seen).toEqual({ batches: [[1, 2, 3]], settled: ["3"], discarded: [], pausesMs: [] });
});

test("after a partial response the records before the lowest failure are done, and the others are delivered again", async () => {
  const answer = { batchItemFailures: [{ itemIdentifier: "4" }, { itemIdentifier: "3" }] };
  const seen = await deliver(recordsNamed(1, 2, 3, 4), (_, invocation) => (invocation === 1 ? answer : {}));
  expect(seen.batches).toEqual([
    [1, 2, 3, 4],
    [3, 4],
  ]);
  expect(seen.settled).toEqual(["2", "4"]);
});

test.each([
  ["an identifier of no record", { batchItemFailures: [{ itemIdentifier: "99" }] }],
  ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
  ["something else", { batchItemFailures: "3" }],
])("%s in a partial response fails the whole batch", async (_, answer) => {
  const seen = await deliver(recordsNamed(1, 2), (_names, invocation) => (invocation === 1 ? answer : {}));
  expect(seen.batches).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test("an error halves the batch until the failing record is alone; only that record is discarded", async () => {
  const seen = await deliver(recordsNamed(1, 2, 3, 4, 5), (names) => (names.includes(3) ? thrown() : {}));
  expect(seen.batches).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [1, 2], [3], [3], [3], [4, 5]]);
  expect(seen.settled).toEqual(["2", "3", "5"]);
  expect(seen.discarded.map((each) => ({ ...each, records: namesOf(each) }))).toEqual([
    { records: [3], reason: "RetryAttemptsExhausted", invocations: 3, threw: true },
  ]);
});

test("without halving, the whole batch is retried and discarded together", async () => {
  const seen = await deliver(recordsNamed(1, 2), thrown, { bisectBatchOnFunctionError: false });
  expect(seen.batches).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  expect(seen.discarded.map(namesOf)).toEqual([[1, 2]]);
  expect(seen.settled).toEqual(["2"]);
});

test("a record that keeps failing is discarded after its retries, with all records after it", async () => {
  const seen = await deliver(recordsNamed(1, 2, 3), () => failing(2));
  expect(seen.batches).toEqual([
    [1, 2, 3],
    [2, 3],
    [2, 3],
  ]);
  expect(seen.discarded.map((each) => ({ ...each, records: namesOf(each) }))).toEqual([
    { records: [2, 3], reason: "RetryAttemptsExhausted", invocations: 3, threw: false },
  ]);
});

test("pauses between retries double up to the maximum", async () => {
  const seen = await deliver(recordsNamed(1), thrown, { maximumRetryAttempts: 4 });
  expect(seen.pausesMs).toEqual([100, 200, 250, 250]);
});

test("records that are too old are discarded without an invocation", async () => {
  const old = recordsNamed(1, 2).map((record) => ({ ...record, createdMs: startMs - 3_600_001 }));
  const seen = await deliver([...old, ...recordsNamed(3)], () => ({}));
  expect(seen.batches).toEqual([[3]]);
  expect(seen.discarded.map((each) => ({ ...each, records: namesOf(each) }))).toEqual([
    { records: [1, 2], reason: "RecordAgeExceeded", invocations: 0, threw: false },
  ]);
  expect(seen.settled).toEqual(["2", "3"]);
});

test("a record that becomes too old during retries is discarded", async () => {
  const seen = await deliver(recordsNamed(1), thrown, {
    maximumRetryAttempts: 1000,
    maximumRecordAgeSeconds: 1,
  });
  expect(seen.discarded).toMatchObject([{ reason: "RecordAgeExceeded", threw: true }]);
  expect(seen.batches.length).toBeLessThan(10);
});

test("after closing between two tries nothing more is processed", async () => {
  const end = new AbortController();
  const settled: string[] = [];
  const delivery = deliverBatch(
    {
      source: { maximumRetryAttempts: 5, maximumRecordAgeSeconds: 60, bisectBatchOnFunctionError: true },
      invoke: thrown,
      discard: thrown,
      settled: ({ sequenceNumber }) => void settled.push(sequenceNumber),
      clock: { now: () => startMs, monotonic: () => 0, sleep: async () => end.abort(new Error("closed")) },
      signal: end.signal,
      pauseMs: { first: 1, longest: 1 },
    },
    recordsNamed(1),
  );
  await expect(delivery).rejects.toThrow("closed");
  expect(settled).toEqual([]);
});

/** A record that fails its first `failures` invocations, by throwing or by being reported. */
type Behaviour = { failures: number; throws: boolean };

test("whatever fails, every record is processed or discarded in order, and none that could be processed is discarded", async () => {
  const behaviour = fc.record({
    failures: fc.oneof(fc.constant(0), fc.constantFrom(1, 2, 5, Number.POSITIVE_INFINITY)),
    throws: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { maxLength: 12 }), fc.boolean(), async (behaviours, bisect) => {
      const records = recordsNamed(...behaviours.map((_, index) => index + 1));
      const tries = new Map<number, number>();
      const taken = new Set<number>();
      const invoke: Invoke = (names) => {
        const failed = names.filter((name) => {
          const { failures } = behaviours[name - 1] as Behaviour;
          const count = (tries.get(name) ?? 0) + 1;
          tries.set(name, count);
          if (count > failures) taken.add(name);
          return count <= failures;
        });
        if (failed.some((name) => behaviours[name - 1]?.throws)) thrown();
        return { batchItemFailures: failed.map((name) => ({ itemIdentifier: String(name) })) };
      };
      const seen = await deliver(records, invoke, { bisectBatchOnFunctionError: bisect });
      const settled = seen.settled.map(Number);
      expect(settled).toEqual([...settled].sort((a, b) => a - b));
      expect(settled.at(-1)).toBe(records.length === 0 ? undefined : records.length);
      const discarded = seen.discarded.flatMap(namesOf);
      const left = behaviours.flatMap((_, index) =>
        taken.has(index + 1) || discarded.includes(index + 1) ? [] : [index + 1],
      );
      expect(left).toEqual([]);
      expect(new Set(discarded).size).toBe(discarded.length);
    }),
    { numRuns: 300 },
  );
});
