// Sends back one job, past others of its group if need be. SQS has no way to ask for a message: letters are taken until it
// appears, and the others are given back in the end.
import { deadJobId } from "../messages/job-of.ts";
import { returnMessages, type Taken, take } from "../messages/take.ts";
import { type RedriveOptions, sendGroups } from "./redrive.ts";

/** How long letters are taken away at most while we look, seconds. */
const lookSeconds = 300;

/**
 * Sends back one job.
 * @param group the job's, where it is known: its first ten letters are then sure to be looked at
 * @returns how many earlier letters of its group it overtakes; undefined where SQS does not show it: it is not there,
 *   or behind ten others of its group
 */
export async function redriveJob(
  options: RedriveOptions,
  jobId: string,
  group: string | undefined,
): Promise<number | undefined> {
  const isIt = (letter: Taken) => deadJobId(options.definition, letter) === jobId;
  const inHand: Taken[] = [];
  try {
    await takeUntil(options, inHand, isIt);
    if (!inHand.some(isIt) && group !== undefined) {
      // A receive of ten may have ended within its group: given back and taken again alone, the group comes in one.
      const others = inHand.filter((letter) => letter.group !== group);
      await returnMessages(
        options.dead,
        inHand.filter((letter) => letter.group === group),
      );
      inHand.splice(0, inHand.length, ...others);
      await takeUntil(options, inHand, isIt);
    }
    const letter = inHand.find(isIt);
    if (letter === undefined) return undefined;
    const at = inHand.indexOf(letter);
    const overtaken = inHand.slice(0, at).filter((earlier) => earlier.group === letter.group).length;
    const left = await sendGroups(options, [letter]);
    if (left.length === 0) inHand.splice(at, 1);
    return overtaken;
  } finally {
    await returnMessages(options.dead, inHand);
  }
}

async function takeUntil(
  { dead }: RedriveOptions,
  inHand: Taken[],
  isIt: (letter: Taken) => boolean,
): Promise<void> {
  while (!inHand.some(isIt)) {
    const letters = await take(dead, lookSeconds);
    if (letters.length === 0) return;
    inHand.push(...letters);
  }
}
