// Redrives what an action means, in portions: one job, a group, what matches a reason, or all of a kind.
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { type Meant, meantJobs, upTo } from "../dead/meant-letters.ts";
import { type Redriven, redriveAll } from "./redrive.ts";
import { redriveJob } from "./redrive-job.ts";
import { type Redriving, redriveOptions } from "./redriving.ts";

/** What came of it. `unseen`: letters that match and that SQS did not show, behind others of their group. */
export type RedriveResult = { sent: Redriven[]; unseen: number };

/**
 * Redrives.
 * @param most so many letters at most
 * @param onSent called with every letter that was sent back
 * @returns undefined where one job is meant and SQS does not show its letter
 */
export async function redriveMeant(
  place: Redriving,
  { definition, meant }: { definition: JobDefinition<string, unknown>; meant: Meant },
  { most, onSent = () => {} }: { most?: number | undefined; onSent?: (sent: Redriven) => void },
): Promise<RedriveResult | undefined> {
  const sent: Redriven[] = [];
  const options = await redriveOptions(place, definition, (one) => {
    sent.push(one);
    onSent(one);
  });
  if (meant.job !== undefined) {
    const overtaken = await redriveJob(options, meant.job, meant.group);
    return overtaken === undefined ? undefined : { sent, unseen: 0 };
  }
  const jobs = await meantJobs(place, meant);
  if (jobs?.count === 0) return { sent, unseen: 0 };
  const limit = Math.min(most ?? Number.POSITIVE_INFINITY, jobs?.count ?? Number.POSITIVE_INFINITY);
  await redriveAll({ ...options, most: limit, isMeant: jobs?.isMeant, before: upTo(limit) }, meant.group);
  return { sent, unseen: jobs === undefined ? 0 : Math.max(0, limit - sent.length) };
}
