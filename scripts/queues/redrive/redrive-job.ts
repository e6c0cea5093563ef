// Redrives one job, past other jobs of its group if need be. SQS cannot be asked for one message, so letters are taken until
// the job appears, and the others are returned in the end.
import { deadJobId } from "../messages/job-of.ts";
import { returnMessages, type Taken, takeAll } from "../messages/take.ts";
import { type RedriveOptions, sendGroups } from "./redrive.ts";

/** Letters stay hidden for at most this long during the search, seconds. */
const lookSeconds = 300;

/**
 * Redrives one job.
 * @param group the job's group, where it is known; then the search is sure to cover the group's first ten letters
 * @returns how many earlier letters of its group the job overtakes; undefined where SQS does not show the job, because it
 *   is not there or behind ten letters of its group
 */
export async function redriveJob(
  options: RedriveOptions,
  jobId: string,
  group: string | undefined,
): Promise<number | undefined> {
  const isIt = (letter: Taken) => deadJobId(options.definition, letter) === jobId;
  const taken: Taken[] = [];
  try {
    await takeUntil(options, taken, isIt);
    if (!taken.some(isIt) && group !== undefined) {
      // A receive of ten may have cut the group. Returned and taken again alone, the group arrives in one receive.
      const others = taken.filter((letter) => letter.group !== group);
      await returnMessages(
        options.dead,
        taken.filter((letter) => letter.group === group),
      );
      taken.splice(0, taken.length, ...others);
      await takeUntil(options, taken, isIt);
    }
    const letter = taken.find(isIt);
    if (letter === undefined) return undefined;
    const at = taken.indexOf(letter);
    const overtaken = taken.slice(0, at).filter((earlier) => earlier.group === letter.group).length;
    const left = await sendGroups(options, [letter]);
    if (left.length === 0) taken.splice(at, 1);
    return overtaken;
  } finally {
    await returnMessages(options.dead, taken);
  }
}

async function takeUntil(
  { dead }: RedriveOptions,
  taken: Taken[],
  isIt: (letter: Taken) => boolean,
): Promise<void> {
  if (taken.some(isIt)) return;
  for await (const letters of takeAll(dead, lookSeconds)) {
    taken.push(...letters);
    if (taken.some(isIt)) return;
  }
}
