// The campaign's operator, who redrives dead letters while producers keep sending. Uses the operator's own tool, with two
// differences: unreadable letters stay, and nothing is noted in the ledger, whose every write is judged.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../../../worker/engine/job/define-job.ts";
import { deadLetterQueueName, queueName } from "../../../../worker/fleet/resources.ts";
import { envelopeOf } from "../../../queues/messages/job-of.ts";
import { urlOf } from "../../../queues/messages/take.ts";
import { redriveAll } from "../../../queues/redrive/redrive.ts";

/**
 * Redrives the jobs in the dead-letter queue of a kind. Messages that are not jobs stay.
 * @param before called with each job before it is redriven: the operator has fixed its cause
 */
export async function redrive<Payload>(
  sqs: SQSClient,
  fleet: string,
  job: JobDefinition<string, Payload>,
  before: (jobId: string) => void,
  now: () => number,
): Promise<void> {
  await redriveAll({
    dead: { sqs, queueUrl: await urlOf(sqs, deadLetterQueueName(fleet, job.kind)) },
    queueUrl: await urlOf(sqs, queueName(fleet, job.kind)),
    definition: job as unknown as JobDefinition<string, unknown>,
    before: (jobId, { body }) => {
      if (envelopeOf(body) === undefined) return false;
      before(jobId);
      return true;
    },
    onSent: () => {},
    now,
  });
}
