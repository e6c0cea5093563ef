// Sends inputs as people and other systems would: uploads, received mails, removals, messages. Notes only what was
// acknowledged.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateTopicCommand, PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { createEnqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import { createPublish, type Publish } from "../../../../worker/engine/enqueue/publish.ts";
import { jobIdOf, queueSafeId } from "../../../../worker/engine/job/define-job.ts";
import { bodyText } from "../../../../worker/engine/job/message.ts";
import { queueName, type ResourceNames } from "../../../../worker/fleet/resources.ts";
import { parseMail } from "../../../../worker/jobs/mail/parse-mail/job.ts";
import { contactSheet } from "../../../../worker/jobs/pictures/contact-sheet/job.ts";
import { resizeImage } from "../../../../worker/jobs/pictures/resize-image/job.ts";
import { type WordsSaid, wordsSaid } from "../../../../worker/jobs/words/words-said.ts";
import type { LocalClients } from "../../../local/cloud/identity.ts";
import { allPass, receiptNotification } from "../../../local/smtp/notification.ts";
import { urlOf } from "../../../queues/messages/take.ts";
import { matchingSubscribers } from "../log/subscribers.ts";
import type { PlannedInput, WordsSubscriber } from "../plan/inputs.ts";
import { answerPath } from "../world/slack.ts";
import { hostilePicture, noPicture, textOf, tinyMail, tinyPictures } from "./contents.ts";
import { produceFile } from "./files.ts";
import type { ProducedInput } from "./producer-log.ts";
import { type RemovalProducer, removeLate, removeResult, sendGarbage } from "./removals.ts";

type Of<Kind extends PlannedInput["kind"]> = Extract<PlannedInput, { kind: Kind }>;

/** Sends one input. Resolves once it is acknowledged. */
export type Produce = (input: PlannedInput) => Promise<ProducedInput>;

type Producer = RemovalProducer & {
  pictures: readonly Buffer[];
  mailTopic: string;
  publish: Publish;
};

/** Makes the producer. `now`: epoch milliseconds as workers see them. `newer`: it writes as a newer version does. */
export async function createProducer(
  clients: LocalClients,
  names: ResourceNames,
  { now, newer = () => false }: { now: () => number; newer?: () => boolean },
): Promise<Produce> {
  const urls = new Map<string, Promise<string>>();
  const queueUrl = (kind: string) => {
    const known = urls.get(kind) ?? urlOf(clients.sqs, queueName(names.fleet, kind));
    urls.set(kind, known);
    return known;
  };
  const enqueue = createEnqueue({ sqs: clients.sqs, queueUrl, now, newTraceId: () => "campaign" });
  const { TopicArn: mailTopic = "" } = await clients.sns.send(
    new CreateTopicCommand({ Name: names.topics.mails }),
  );
  const publish = createPublish({
    sns: clients.sns,
    topicArn: (topic) => `${mailTopic.slice(0, mailTopic.lastIndexOf(":"))}:${topicNamed(names, topic)}`,
    now,
    newTraceId: () => "campaign",
  });
  const pictures = await tinyPictures();
  const producer: Producer = { clients, names, pictures, mailTopic, queueUrl, enqueue, now, newer, publish };
  return (input) => {
    switch (input.kind) {
      case "picture":
        return upload(producer, input);
      case "mail":
        return receiveMail(producer, input);
      case "stale-removal":
        return removeLate(producer, input);
      case "removal":
        return removeResult(producer, input);
      case "words":
        return say(producer, input);
      case "sheet":
        return drawSheet(producer, input);
      case "garbage":
        return sendGarbage(producer, input);
      case "file":
      case "pack":
      case "share":
      case "expiry":
        return produceFile(producer, input);
    }
  };
}

const topicNamed = ({ topics }: ResourceNames, topic: string) =>
  Object.entries(topics).find(([name]) => name === topic)?.[1] ?? topic;

/** Publishes a message. Some go to the counting queue once more, past every deduplication. */
async function say(producer: Producer, input: Of<"words">): Promise<ProducedInput> {
  const { channel, n, answered } = input;
  const responseUrl = answered ? { responseUrl: `https://hooks.slack.com${answerPath(n)}` } : {};
  const payload = { team: "team", channel, message: String(n), text: textOf(input), ...responseUrl };
  if (input.to !== undefined) await sayTo(producer, input.to, payload, `only-${input.n}`);
  else {
    await producer.publish(wordsSaid, payload);
    if (input.resent) await sayTo(producer, "count-words", payload, `resent-${input.n}`);
  }
  const subscribers = matchingSubscribers(wordsSaid.event, wordsSaid.attributes?.(payload) ?? {});
  const heard = subscribers.filter(({ kind }) => [kind, undefined].includes(input.to));
  return { input, versionId: "", jobIds: heard.map((job) => jobIdOf(job, payload)) };
}

async function sayTo(
  { clients, queueUrl, now }: Producer,
  kind: WordsSubscriber,
  payload: WordsSaid,
  MessageDeduplicationId: string,
): Promise<void> {
  const enqueuedAt = new Date(now()).toISOString();
  const { event } = wordsSaid;
  await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: await queueUrl(kind),
      MessageBody: bodyText({ v: 1, event, payload, enqueuedAt, traceId: "campaign", redrives: 0 }),
      MessageGroupId: queueSafeId(wordsSaid.messageGroupId(payload)),
      MessageDeduplicationId,
    }),
  );
}

async function drawSheet({ enqueue }: Producer, input: Of<"sheet">): Promise<ProducedInput> {
  const { kind: _, ...payload } = input;
  const { jobId } = await enqueue(contactSheet, payload);
  return { input, versionId: "", jobIds: [jobId] };
}

async function upload({ clients, names, pictures }: Producer, input: Of<"picture">): Promise<ProducedInput> {
  const Body = bytesOfPicture(input, pictures);
  const bucket = names.buckets.uploads;
  const { VersionId: versionId = "" } = await clients.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: input.key, Body }),
  );
  const payload = { bucket, key: input.key, versionId, sequencer: "", size: 0 };
  return { input, versionId, jobIds: [jobIdOf(resizeImage, payload)] };
}

async function receiveMail(
  { clients, names, mailTopic, now }: Producer,
  input: Of<"mail">,
): Promise<ProducedInput> {
  const [bucket, messageId] = [names.buckets.mails, `mail-${input.n}`];
  const key = `raw/${messageId}`;
  const Body = input.fate === "refused" ? Buffer.alloc(0) : tinyMail(input.content);
  await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  const received = {
    messageId,
    bucket,
    key,
    topicArn: mailTopic,
    sender: `author-${input.content}@example.org`,
    recipients: ["submissions@magazine.example"],
    receivedAt: now(),
  };
  const Message = JSON.stringify(receiptNotification(received, allPass));
  await clients.sns.send(new PublishCommand({ TopicArn: mailTopic, Message }));
  return { input, versionId: "", jobIds: [jobIdOf(parseMail, { bucket, key, receipt: { messageId } })] };
}

const bytesOfPicture = ({ fate, colour }: Of<"picture">, pictures: readonly Buffer[]) => {
  if (fate === "hostile") return hostilePicture(colour);
  return fate === "refused" ? noPicture : pictures[colour % pictures.length];
};
