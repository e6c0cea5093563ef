// The dead letters of a kind. The ledger lists all that workers gave up, without touching the queue; SQS would show only
// the first ten of a group, and hide them meanwhile. Letters that SQS itself moved there are looked up in the queue.
import type { SQSClient } from "@aws-sdk/client-sqs";
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { type JobRow, readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import { retentionSeconds } from "../../../worker/fleet/queue-settings.ts";
import { deadLetterQueueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { queueReader } from "../../status/read-queues.ts";
import { deadJobId, envelopeOf } from "../messages/job-of.ts";
import { returnMessages, type Taken, takeAll, urlOf } from "../messages/take.ts";

/** A job in its dead-letter queue. */
export type DeadLetter = {
  kind: string;
  group: string;
  jobId: string;
  /** Counted runs; null for a letter that only the queue knows. */
  runs: number | null;
  reason: string;
  /** How often it was redriven before. */
  redrives: number;
  /** When it came into the queue, ISO 8601. */
  since: string;
};

export type DeadLetterSource = {
  sqs: SQSClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  /** Epoch milliseconds. */
  now: () => number;
};

/** The dead letters, and how many more SQS counts in the queue (below 0: how many fewer). */
export type DeadLetters = { letters: DeadLetter[]; unseen: number };

/** Messages stay hidden for at most this long while the queue is read, seconds. */
const lookSeconds = 60;

/** All dead letters of a kind, group by group and in order, the group with the oldest letter first. */
export async function deadLetters(
  source: DeadLetterSource,
  definition: JobDefinition<string, unknown>,
): Promise<DeadLetters> {
  const { sqs, names } = source;
  const known = await inLedger(source, definition.kind);
  const { dead } = await queueReader(sqs, names.fleet, undefined)(definition.kind);
  const foreign = dead > known.length ? await onlyInQueue(source, definition, known) : [];
  const groups = Map.groupBy([...known, ...foreign].sort(oldestFirst), ({ group }) => group);
  const letters = [...groups.values()].flat();
  return { letters, unseen: dead - letters.length };
}

const oldestFirst = (a: DeadLetter, b: DeadLetter) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0);

/** The dead letters of a kind that workers gave up, oldest first: from the ledger alone, so that no letter is hidden. */
export async function inLedger(
  { db, names, now }: Pick<DeadLetterSource, "db" | "names" | "now">,
  kind: string,
): Promise<DeadLetter[]> {
  const since = new Date(now() - retentionSeconds.deadLetters * 1000).toISOString();
  const letters: DeadLetter[] = [];
  const pages = paginateQuery(
    { client: db },
    {
      TableName: names.tables.jobs,
      IndexName: "dead",
      KeyConditionExpression: "deadKind = :kind AND deadAt >= :since",
      ExpressionAttributeValues: { ":kind": kind, ":since": since },
    },
  );
  for await (const { Items = [] } of pages)
    for (const item of Items) {
      const row = readJobRow(item);
      const reason = reasonOf(row);
      if (reason === undefined) continue;
      letters.push({
        kind,
        group: row.group,
        jobId: row.jobId,
        runs: row.fence - row.interruptions,
        reason,
        redrives: row.redrives,
        since: row.deadAt ?? since,
      });
    }
  return letters;
}

/** Why a job of the index `dead` was given up; undefined where a late worker has noted a letter that had been redriven. */
export function reasonOf({ status, cause }: JobRow): string | undefined {
  if (status === "running" || status === "waiting") return undefined;
  return cause ?? `the job is ${status}, but its follow-up failed again and again`;
}

async function onlyInQueue(
  { sqs, names }: DeadLetterSource,
  definition: JobDefinition<string, unknown>,
  known: readonly DeadLetter[],
): Promise<DeadLetter[]> {
  const from = { sqs, queueUrl: await urlOf(sqs, deadLetterQueueName(names.fleet, definition.kind)) };
  const ids = new Set(known.map(({ jobId }) => jobId));
  const seen = new Map<string, Taken>();
  try {
    for await (const messages of takeAll(from, lookSeconds)) {
      const fresh = messages.filter(({ messageId }) => !seen.has(messageId));
      for (const message of fresh) seen.set(message.messageId, message);
      if (fresh.length === 0) break;
    }
  } finally {
    await returnMessages(from, [...seen.values()]);
  }
  const letters = [...seen.values()].map((letter) => foreignLetter(definition, letter));
  return letters.filter(({ jobId }) => !ids.has(jobId));
}

function foreignLetter(definition: JobDefinition<string, unknown>, letter: Taken): DeadLetter {
  const { cause, runs } = letter.attributes;
  return {
    kind: definition.kind,
    group: letter.group,
    jobId: deadJobId(definition, letter),
    runs: runs === undefined ? null : Number(runs),
    reason: cause ?? "no worker gave it up: SQS moved it here, or somebody sent it here",
    redrives: envelopeOf(letter.body)?.redrives ?? 0,
    since: new Date(letter.sentAt).toISOString(),
  };
}
