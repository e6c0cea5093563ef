// The campaign's operator, who sends dead letters back while producers go on: by the operator's tool itself, but for
// letters nobody can read, which are left, and without its notes in the ledger, whose every write is judged.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../../../worker/engine/job/define-job.ts";
import { deadLetterQueueName, queueName } from "../../../../worker/fleet/resources.ts";
import { envelopeOf } from "../../../queues/messages/job-of.ts";
import { urlOf } from "../../../queues/messages/take.ts";
import { redriveAll } from "../../../queues/redrive/redrive.ts";

/**
 * Sends back what is in the dead-letter queue of a kind and is a job; what is none stays.
 * @param before called with each job before it is sent back: the operator has mended its cause
 */
export async function redrive<Payload>(
  sqs: SQSClient,
  fleet: string,
  job: JobDefinition<string, Payload>,
  before: (jobId: string) => void,
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
    now: Date.now,
  });
}
