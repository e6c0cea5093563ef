// Invokes a function with a batch of records until all are processed or discarded, like Lambda's event source mapping. An
// error halves the batch, which does not count as a retry. A partial response repeats the batch from its lowest failure.
// Records without retries left or beyond the maximum age are discarded with a message. Knows no stream and no queue.
// Source: Lambda developer guide, "Using Lambda with DynamoDB" (error handling, partial batch response).
import { z } from "zod";
import type { StreamSource } from "../../../triggers/catalog/event-sources.ts";
import type { Clock } from "../../../worker/fleet/clock.ts";
import type { StreamRecord } from "../../streams/stream-record.ts";
import type { Discarded } from "./failure-message.ts";

export type DeliverOptions = {
  source: Pick<
    StreamSource,
    "maximumRetryAttempts" | "maximumRecordAgeSeconds" | "bisectBatchOnFunctionError"
  >;
  /** Runs the function; rejects when it throws. */
  invoke: (event: unknown) => Promise<unknown>;
  /** Sends the message about discarded records. */
  discard: (discarded: Discarded) => Promise<void>;
  /** Called with the last processed or discarded record, in order. */
  settled: (record: StreamRecord) => void;
  clock: Clock;
  /** Ends the delivery between two invocations. The next reader gets the remaining records. */
  signal: AbortSignal;
  /** The first and the longest pause before a retry, in milliseconds. */
  pauseMs: { first: number; longest: number };
};

type Batch = readonly [StreamRecord, ...StreamRecord[]];
type Answer = { failedAt: number | undefined; threw: boolean };

/** Delivers a batch. Only rejects with the signal's reason, or when a message about discarded records cannot be sent. */
export async function deliverBatch(options: DeliverOptions, records: readonly StreamRecord[]): Promise<void> {
  await deliver(options, records, 0);
}

/** @param failures failed invocations of the same records, not counting splits */
async function deliver(
  options: DeliverOptions,
  records: readonly StreamRecord[],
  failures: number,
): Promise<void> {
  let failed = failures;
  let rest = await withoutAged(options, records, failed);
  while (isBatch(rest)) {
    const { failedAt, threw } = await ask(options, rest);
    if (failedAt === undefined) return options.settled(last(rest));
    if (failedAt > 0) settleBefore(options, rest, failedAt);
    rest = rest.slice(failedAt);
    if (threw && rest.length > 1 && options.source.bisectBatchOnFunctionError) {
      const middle = Math.ceil(rest.length / 2);
      await deliver(options, rest.slice(0, middle), failed);
      return deliver(options, rest.slice(middle), failed);
    }
    failed += 1;
    if (isBatch(rest) && failed > options.source.maximumRetryAttempts) {
      await options.discard({ records: rest, reason: "RetryAttemptsExhausted", invocations: failed, threw });
      return options.settled(last(rest));
    }
    await pause(options, failed);
    rest = await withoutAged(options, rest, failed);
  }
}

const isBatch = (records: readonly StreamRecord[]): records is Batch => records.length > 0;
const last = (batch: Batch): StreamRecord => batch.at(-1) ?? batch[0];

function settleBefore({ settled }: DeliverOptions, batch: Batch, index: number): void {
  const record = batch[index - 1];
  if (record !== undefined) settled(record);
}

async function ask({ invoke, signal }: DeliverOptions, batch: Batch): Promise<Answer> {
  signal.throwIfAborted();
  try {
    const response = await invoke({ Records: batch.map(({ lambdaRecord }) => lambdaRecord) });
    return { failedAt: lowestFailure(batch, response), threw: false };
  } catch {
    signal.throwIfAborted();
    return { failedAt: 0, threw: true };
  }
}

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
});

/** Null, an empty object and an empty list mean success. An unknown identifier fails the whole batch. */
function lowestFailure(batch: Batch, response: unknown): number | undefined {
  if (response === null || response === undefined) return undefined;
  const read = responseSchema.safeParse(response);
  if (!read.success) return 0;
  const failures = read.data.batchItemFailures ?? [];
  if (failures.length === 0) return undefined;
  const places = failures.map(({ itemIdentifier }) =>
    batch.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier),
  );
  return Math.max(0, Math.min(...places));
}

/** Discards the first records that are too old. */
async function withoutAged(
  { source, clock, discard, settled }: DeliverOptions,
  records: readonly StreamRecord[],
  invocations: number,
): Promise<readonly StreamRecord[]> {
  const oldest = clock.now() - source.maximumRecordAgeSeconds * 1000;
  const firstYoung = records.findIndex(({ createdMs }) => createdMs >= oldest);
  const aged = firstYoung < 0 ? records : records.slice(0, firstYoung);
  if (!isBatch(aged)) return records;
  await discard({ records: aged, reason: "RecordAgeExceeded", invocations, threw: invocations > 0 });
  settled(last(aged));
  return records.slice(aged.length);
}

async function pause({ clock, signal, pauseMs }: DeliverOptions, failures: number): Promise<void> {
  await clock.sleep(Math.min(pauseMs.longest, pauseMs.first * 2 ** (failures - 1)), signal);
  signal.throwIfAborted();
}
