// Discards the dead letters that an action means: one job's, those of a group, what matches a reason, or all of a kind.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { deadLetterQueueName } from "../../../worker/fleet/resources.ts";
import type { Acting } from "../audit/audit.ts";
import { type Meant, meantJobs } from "../dead/meant-letters.ts";
import { urlOf } from "../messages/take.ts";
import { purgeQueue } from "./purge.ts";

/** Discards them for good; each job is on record as rejected. Resolves to their number. @param most so many at most */
export async function discardMeant(
  { sqs, db, names, by, now }: Acting & { sqs: SQSClient },
  { definition, meant }: { definition: JobDefinition<string, unknown>; meant: Meant },
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const jobs = await meantJobs({ db, names, now }, meant);
  if (jobs?.count === 0) return 0;
  const queueUrl = await urlOf(sqs, deadLetterQueueName(names.fleet, definition.kind));
  return purgeQueue({
    from: { sqs, queueUrl },
    definition,
    dead: true,
    db,
    table: names.tables.jobs,
    by,
    now,
    group: meant.group,
    isMeant: jobs?.isMeant,
    most: Math.min(most, jobs?.count ?? Number.POSITIVE_INFINITY),
  });
}
