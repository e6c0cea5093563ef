// Batch actions: the rules for the whole batch, and one result or failure per entry.
import { SqsError } from "./errors.ts";

const idPattern = /^[A-Za-z0-9_-]{1,80}$/;

/** Checks ids and number of entries (SQS API reference, SendMessageBatch). Throws `SqsError`. */
export function checkBatch(action: string, entries: readonly { Id: string }[]): void {
  if (entries.length === 0) {
    throw new SqsError(
      "EmptyBatchRequest",
      `There should be at least one ${action}RequestEntry in the request.`,
    );
  }
  if (entries.length > 10) {
    throw new SqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  if (entries.some(({ Id }) => !idPattern.test(Id))) {
    throw new SqsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  // Of ten ids at most, comparing each with each takes less than a set of them.
  const repeated = entries.find(({ Id }, index) =>
    entries.some((other, at) => at < index && other.Id === Id),
  );
  if (repeated !== undefined) throw new SqsError("BatchEntryIdsNotDistinct", `Id ${repeated.Id} repeated.`);
}

export type BatchFailure = { Id: string; SenderFault: true; Code: string; Message: string };

/** Runs all entries in order. An `SqsError` only fails its own entry. @param run answers with the entry's id */
export function eachEntry<Entry extends { Id: string }, Result extends { Id: string | undefined }>(
  entries: readonly Entry[],
  run: (entry: Entry, index: number) => Result,
): { Successful: Result[]; Failed: BatchFailure[] } {
  const Successful: Result[] = [];
  const Failed: BatchFailure[] = [];
  entries.forEach((entry, index) => {
    try {
      Successful.push(run(entry, index));
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.batchCode, Message: error.message });
    }
  });
  return { Successful, Failed };
}
