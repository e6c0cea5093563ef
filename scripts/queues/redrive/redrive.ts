// Sends dead letters back: each as a new message of its group that is counted as redriven once more, those of a group one
// after another in their order. A letter is sent before it is deleted, so a crash in between sends it twice: within five
// minutes SQS drops the copy by its deduplication id, later the ledger knows the redrive and does nothing more.
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { queueSafeId } from "../../../worker/engine/job/define-job.ts";
import { deadJobId, redrivenBody } from "../messages/job-of.ts";
import { remove, returnMessages, type Taken, type TakingFrom, take } from "../messages/take.ts";

/** What sending back needs. */
export type RedriveOptions = {
  /** The kind's dead-letter queue. */
  dead: TakingFrom;
  /** The kind's queue. */
  queueUrl: string;
  definition: JobDefinition<string, unknown>;
  /** Asked with each letter's job before it is sent back; false leaves it where it is. */
  before?: (jobId: string, letter: Taken) => boolean | undefined;
  /** Notes in the ledger that the letter no longer lies there; after the send, before the delete. */
  note?: (jobId: string, redrives: number) => Promise<void>;
  /** Told of every letter that was sent back and deleted. */
  onSent: (sent: Redriven) => void;
  /** Epoch milliseconds. */
  now: () => number;
};

/** A job that was sent back; `redrives` counts this time, too. */
export type Redriven = { group: string; jobId: string; redrives: number };

/**
 * How long letters are taken away, seconds; after a crash nobody sees them for so long. Short while all are sent, ten at
 * a time; longer where those of other groups are in hand until the end, as SQS has no way to ask for a group.
 */
const handSeconds = { all: 60, group: 300 } as const;

/** Letters that arrive while we work are left for the next time; clocks may differ by so much. */
const clockSkewMs = 5 * 60 * 1000;

/**
 * Sends back everything that lies there, or everything of one group, each job once: what dies again meanwhile is left.
 * @throws what the first refused call throws; what was not sent yet is given back, in order
 */
export async function redriveAll(options: RedriveOptions, group?: string): Promise<void> {
  const { dead, now } = options;
  const latest = now() + clockSkewMs;
  const sent = new Set<string>();
  const left: Taken[] = [];
  const isOurs = (letter: Taken) =>
    (group ?? letter.group) === letter.group &&
    letter.sentAt <= latest &&
    !sent.has(contentOf(options, letter));
  try {
    for (;;) {
      const letters = await take(dead, group === undefined ? handSeconds.all : handSeconds.group);
      if (letters.length === 0) return;
      const ours = letters.filter(isOurs);
      left.push(...letters.filter((letter) => !ours.includes(letter)));
      for (const letter of ours) sent.add(contentOf(options, letter));
      left.push(...(await sendGroups(options, ours)));
    }
  } finally {
    await returnMessages(dead, left);
  }
}

/** What stays the same when a letter dies again, be it one nobody can read. */
function contentOf({ definition }: RedriveOptions, letter: Taken): string {
  const jobId = deadJobId(definition, letter);
  return jobId.includes("/unreadable-") ? `${letter.group}\n${letter.body}` : jobId;
}

/** Sends groups side by side; returns what `before` wanted left. @throws the first error, once all groups have ended */
export async function sendGroups(options: RedriveOptions, letters: readonly Taken[]): Promise<Taken[]> {
  const groups = [...Map.groupBy(letters, ({ group }) => group).values()];
  const results = await Promise.allSettled(groups.map((group) => sendInOrder(options, group)));
  const left = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return left;
  await returnMessages(options.dead, left);
  throw failed.reason;
}

async function sendInOrder(options: RedriveOptions, group: readonly Taken[]): Promise<Taken[]> {
  const left: Taken[] = [];
  for (const [index, letter] of group.entries()) {
    const jobId = deadJobId(options.definition, letter);
    if (options.before?.(jobId, letter) === false) {
      left.push(letter);
      continue;
    }
    try {
      await sendBack(options, letter, jobId);
    } catch (error) {
      await returnMessages(options.dead, [...left, ...group.slice(index)]);
      throw error;
    }
  }
  return left;
}

async function sendBack(options: RedriveOptions, letter: Taken, jobId: string): Promise<void> {
  const { dead, queueUrl, note, onSent } = options;
  const { body, redrives } = redrivenBody(letter.body);
  await dead.sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: body,
      MessageGroupId: letter.group,
      MessageDeduplicationId: queueSafeId(`redrive-${redrives}-${jobId.slice(jobId.indexOf("/") + 1)}`),
    }),
  );
  await note?.(jobId, redrives);
  await remove(dead, letter);
  onSent({ group: letter.group, jobId, redrives });
}
