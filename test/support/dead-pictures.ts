// Dead letters of resize-image as a worker leaves them: the job's row, and the letter in the dead-letter queue.
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { bodyText } from "../../worker/engine/job/message.ts";
import { createLedger } from "../../worker/engine/ledger/dynamodb-ledger.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../worker/fleet/resources.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import type { Provisioned } from "./provisioned.ts";

const { kind } = resizeImage;
const payloadOf = (key: string) => ({ bucket: "b", key, versionId: "v", sequencer: "", size: 1 });

/** A job that died: its row and its letter. Resolves to its id. */
export async function dieJob(
  { db, sqs }: Pick<Provisioned, "db" | "sqs">,
  names: ResourceNames,
  { key, group, cause = "it failed every time" }: { key: string; group: string; cause?: string },
): Promise<string> {
  const payload = payloadOf(key);
  const jobId = jobIdOf(resizeImage, payload);
  const envelope = { traceId: "t", enqueuedAt: new Date().toISOString(), redrives: 0 };
  const ledger = createLedger({ db, table: names.tables.jobs, owner: "w", clock: systemClock });
  const found = await ledger.claim({ jobId, kind, group, ...envelope });
  if (found.state !== "claimed") throw new Error(found.state);
  await ledger.commit(found.claim, { status: "dead-lettered", cause });
  const QueueName = deadLetterQueueName(names.fleet, kind);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const attributes = { jobId, cause };
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: bodyText({ v: 1, kind, jobId, payload, ...envelope }),
      MessageGroupId: group,
      MessageDeduplicationId: key,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
      ),
    }),
  );
  await ledger.deadLetterSent({ jobId, redrives: 0 });
  return jobId;
}

/** A job that waits for its first run. */
export async function sendPicture(
  { sqs }: Pick<Provisioned, "sqs">,
  names: ResourceNames,
  key: string,
): Promise<void> {
  const payload = payloadOf(key);
  const envelope = { traceId: "t", enqueuedAt: new Date().toISOString(), redrives: 0 };
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName(names.fleet, kind) }));
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: bodyText({ v: 1, kind, jobId: jobIdOf(resizeImage, payload), payload, ...envelope }),
      MessageGroupId: key,
      MessageDeduplicationId: key,
    }),
  );
}
