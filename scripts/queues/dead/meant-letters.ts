// Which dead letters an action means: all of a kind, those of a group, one job's, or those whose reason contains a text. Read
// from the ledger alone, so that no letter is hidden by a look; a letter that SQS itself moved has no reason there.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { type DeadLetter, inLedger } from "./dead-letters.ts";

/** Which letters. */
export type Meant = {
  kind: string;
  group?: string | undefined;
  job?: string | undefined;
  /** A part of the reason. */
  reason?: string | undefined;
};

/** Where letters are read. */
export type LetterSource = { db: DynamoDBDocumentClient; names: ResourceNames; now: () => number };

/** The letters that are meant, oldest first. */
export async function meantLetters(source: LetterSource, meant: Meant): Promise<DeadLetter[]> {
  const all = await inLedger(source, meant.kind);
  return all.filter(
    ({ group, jobId, reason }) =>
      group === (meant.group ?? group) &&
      jobId === (meant.job ?? jobId) &&
      reason.includes(meant.reason ?? ""),
  );
}

/**
 * A test for jobs whose letters are meant, and their number. Undefined where the letter itself says enough: all of a kind or
 * of a group are meant, those included that only the queue knows.
 */
export async function meantJobs(source: LetterSource, meant: Meant) {
  if (meant.job === undefined && meant.reason === undefined) return undefined;
  const ids = new Set((await meantLetters(source, meant)).map(({ jobId }) => jobId));
  // One job may be a letter that only the queue knows.
  if (meant.job !== undefined && meant.reason === undefined) ids.add(meant.job);
  return { count: ids.size, isMeant: (jobId: string) => ids.has(jobId) };
}

/** Lets so many through. Groups are worked on side by side, so it counts what begins, not what has ended. */
export function upTo(most: number): () => boolean {
  let begun = 0;
  return () => {
    begun += 1;
    return begun <= most;
  };
}
