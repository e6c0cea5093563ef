// Redrives dead letters: each becomes a new message of its group with one more redrive counted, and a group keeps its
// order. A letter is sent before it is deleted, so a crash in between sends it twice. Within five minutes SQS drops the
// copy by its deduplication id; later the ledger knows the redrive and ignores the copy.
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { queueSafeId } from "../../../worker/engine/job/define-job.ts";
import { isStandIn } from "../../../worker/engine/job/stand-in-id.ts";
import { deadJobId, redrivenBody } from "../messages/job-of.ts";
import { remove, returnMessages, type Taken, type TakingFrom, takeAll } from "../messages/take.ts";

export type RedriveOptions = {
  /** The kind's dead-letter queue. */
  dead: TakingFrom;
  /** The kind's queue. */
  queueUrl: string;
  definition: JobDefinition<string, unknown>;
  /** A portion: no more than about this many letters, those of the first groups in line; all unless given. */
  most?: number;
  /** Which jobs' letters are redriven; the others stay, and what follows them in their groups overtakes. All unless given. */
  isMeant?: ((jobId: string) => boolean) | undefined;
  /** Called with each letter before it is redriven; false leaves the letter where it is. */
  before?: (jobId: string, letter: Taken) => boolean | undefined;
  /** Notes the redrive in the ledger, after the send and before the delete. */
  note?: (jobId: string, redrives: number) => Promise<void>;
  /** Called with every letter that was redriven. */
  onSent: (sent: Redriven) => void;
  /** Epoch milliseconds. */
  now: () => number;
};

/** A job that was redriven; `redrives` includes this one. */
export type Redriven = { group: string; jobId: string; redrives: number };

/**
 * How long letters stay hidden, seconds, also after a crash. Short where all are sent, ten at a time. Longer where the
 * letters of other groups are kept until the end, because SQS cannot be asked for a group.
 */
const hiddenSeconds = { all: 60, some: 300 } as const;

/** Letters that arrive meanwhile stay for the next time; clocks may differ by this much. */
const clockSkewMs = 5 * 60 * 1000;

/**
 * Redrives all letters, those of some jobs, or all of one group, each job once: a job that is dead-lettered again meanwhile stays.
 * @throws the error of the first refused call; letters that are not sent yet are returned, in order
 */
export async function redriveAll(options: RedriveOptions, group?: string): Promise<void> {
  const { dead, now, definition, isMeant = () => true, most = Number.POSITIVE_INFINITY } = options;
  const latest = now() + clockSkewMs;
  const sent = new Set<string>();
  const left: Taken[] = [];
  const isOurs = (letter: Taken) =>
    (group ?? letter.group) === letter.group &&
    letter.sentAt <= latest &&
    isMeant(deadJobId(definition, letter)) &&
    !sent.has(contentOf(options, letter));
  try {
    for await (const letters of takeAll(
      dead,
      group === undefined && options.isMeant === undefined ? hiddenSeconds.all : hiddenSeconds.some,
    )) {
      const ours = letters.filter(isOurs);
      left.push(...letters.filter((letter) => !ours.includes(letter)));
      for (const letter of ours) sent.add(contentOf(options, letter));
      left.push(...(await sendGroups(options, ours)));
      if (sent.size >= most) break;
    }
  } finally {
    await returnMessages(dead, left);
  }
}

/** What stays the same when a letter is dead-lettered again, also for a letter that cannot be read. */
function contentOf({ definition }: RedriveOptions, letter: Taken): string {
  const jobId = deadJobId(definition, letter);
  return isStandIn(jobId) ? `${letter.group}\n${letter.body}` : jobId;
}

/** Redrives groups side by side; returns the letters that `before` refused. @throws the first error, after all groups */
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
  const { body, redrives } = redrivenBody(letter);
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
