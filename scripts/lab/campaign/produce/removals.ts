// Sends removals of pictures: genuine and stale ones, as present and newer producers write them, and messages that are none.
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Enqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import { jobIdOf, type PayloadOf, queueSafeId } from "../../../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { removePicture } from "../../../../worker/jobs/pictures/remove-picture/job.ts";
import type { LocalClients } from "../../../local/cloud/identity.ts";
import type { PlannedInput } from "../plan/inputs.ts";
import { later, type NewerForm, newerForms, unbuilt } from "../plan/newer-messages.ts";
import type { ProducedInput } from "./producer-log.ts";

type Of<Kind extends PlannedInput["kind"]> = Extract<PlannedInput, { kind: Kind }>;

/** What the producer of removals uses. */
export type RemovalProducer = {
  clients: LocalClients;
  names: ResourceNames;
  queueUrl: (kind: string) => Promise<string>;
  enqueue: Enqueue;
  /** Epoch milliseconds as workers see them. */
  now: () => number;
  /** It writes as a newer version does. */
  newer: () => boolean;
};

/** A removal that comes when its picture has been replaced: it must change nothing. */
export async function removeLate(
  producer: RemovalProducer,
  input: Of<"stale-removal">,
): Promise<ProducedInput> {
  const payload = {
    bucket: producer.names.buckets.results,
    key: input.key,
    versionId: `stale-${input.n}`,
  };
  const form = producer.newer() ? newerForms[input.n % newerForms.length] : undefined;
  if (form === undefined) await producer.enqueue(removePicture, payload);
  else await sendNewer(producer, payload, { form, version: later.version, kind: later.kind });
  const produced = { input, versionId: "", jobIds: [jobIdOf(removePicture, payload)] };
  return form === undefined ? produced : { ...produced, newer: true };
}

/** Sends a removal as a newer producer does: with another field, message version or kind. */
async function sendNewer(
  { clients, queueUrl, now }: RemovalProducer,
  payload: PayloadOf<typeof removePicture>,
  newer: { form: NewerForm; version: number; kind: string },
): Promise<string> {
  const jobId = jobIdOf(removePicture, payload);
  const added = newer.form === "field" ? { addedLater: { by: "a newer producer" } } : {};
  const MessageBody = JSON.stringify({
    v: newer.form === "version" ? newer.version : 1,
    kind: newer.form === "kind" ? newer.kind : removePicture.kind,
    jobId,
    payload: { ...payload, ...added },
    enqueuedAt: new Date(now()).toISOString(),
    traceId: "campaign",
    redrives: 0,
  });
  const { MessageId = "" } = await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: await queueUrl(removePicture.kind),
      MessageBody,
      MessageGroupId: queueSafeId(removePicture.messageGroupId(payload)),
      MessageDeduplicationId: queueSafeId(jobId),
    }),
  );
  return MessageId;
}

/** A message that no worker will ever understand. With an unknown field its job has a name all the same. */
async function sendUnbuilt(
  producer: RemovalProducer,
  { key, n }: Of<"garbage">,
  form: NewerForm,
): Promise<readonly string[]> {
  const payload = { bucket: producer.names.buckets.results, key, versionId: `unbuilt-${n}` };
  if (form === "field") {
    const never = { ...payload, neverKnown: true };
    await sendNewer(producer, never, { form: "kind", version: 1, kind: removePicture.kind });
    return [jobIdOf(removePicture, payload)];
  }
  const messageId = await sendNewer(producer, payload, { form, ...unbuilt });
  return [`${removePicture.kind}/unreadable-${messageId}`];
}

/** A person deletes a result. */
export async function removeResult(
  { clients, names }: RemovalProducer,
  input: Of<"removal">,
): Promise<ProducedInput> {
  const [bucket, key] = [names.buckets.results, input.key];
  const { VersionId: versionId = "" } = await clients.s3.send(
    new DeleteObjectCommand({ Bucket: bucket, Key: key }),
  );
  return { input, versionId: "", jobIds: [jobIdOf(removePicture, { bucket, key, versionId })] };
}

/** Sends what is no job, or none that any version will know. */
export async function sendGarbage(producer: RemovalProducer, input: Of<"garbage">): Promise<ProducedInput> {
  if (input.unbuilt !== undefined)
    return { input, versionId: "", jobIds: await sendUnbuilt(producer, input, input.unbuilt) };
  const { clients, names, queueUrl } = producer;
  const { kind } = removePicture;
  const { MessageId } = await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: await queueUrl(kind),
      MessageBody: `{neither JSON nor a job ${input.n}`,
      MessageGroupId: queueSafeId(`${names.buckets.results}/${input.key}`),
      MessageDeduplicationId: `garbage-${input.n}`,
    }),
  );
  return { input, versionId: "", jobIds: [`${kind}/unreadable-${MessageId}`] };
}
