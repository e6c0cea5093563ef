// The campaign's operator, who redrives dead letters while producers keep sending. Uses the operator's own tool, with two
// differences: unreadable letters stay, and nothing is noted in the ledger, whose every write is judged.
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../../../worker/engine/job/define-job.ts";
import { deadLetterQueueName, queueName } from "../../../../worker/fleet/resources.ts";
import { envelopeOf } from "../../../queues/messages/job-of.ts";
import { urlOf } from "../../../queues/messages/take.ts";
import { redriveAll } from "../../../queues/redrive/redrive.ts";
import type { Count } from "../faults/random-faults.ts";

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

/**
 * Redrives as the AWS console does: by a move task. To the source it fails, since our letters were not moved by SQS; with the
 * queue as destination it moves every letter, unchanged.
 */
export async function moveAsConsole(
  sqs: SQSClient,
  fleet: string,
  kind: string,
  count: Count,
): Promise<void> {
  const arn = async (name: string) => {
    const QueueUrl = await urlOf(sqs, name);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
    );
    return Attributes?.QueueArn ?? "";
  };
  const SourceArn = await arn(deadLetterQueueName(fleet, kind));
  const DestinationArn = await arn(queueName(fleet, kind));
  for (const to of [{}, { DestinationArn }]) {
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn, ...to }));
    const { Status, ApproximateNumberOfMessagesMoved: moved = 0 } = await endOfTask(sqs, SourceArn);
    count(`console-redrive-${Status === "COMPLETED" ? (moved > 0 ? "done" : "empty") : "refused"}`);
  }
}

async function endOfTask(sqs: SQSClient, SourceArn: string) {
  for (;;) {
    const { Results: [newest] = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
    if (newest === undefined || newest.Status !== "RUNNING") return newest ?? {};
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
