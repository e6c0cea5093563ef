// Topics and their subscribers as provisioning creates them, against the local cloud.
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createQueues } from "../../../scripts/provision/queues.ts";
import { createTopic, subscribeQueue } from "../../../scripts/provision/topics.ts";
import { startTestCloud, type TestCloud } from "../../support/cloud.ts";
import { fixtureWork } from "../../support/fixture-jobs.ts";

let cloud: TestCloud;
let sns: SNSClient;
let sqs: SQSClient;

beforeEach(async () => {
  cloud = await startTestCloud();
  sns = new SNSClient(cloud.settings);
  sqs = new SQSClient(cloud.settings);
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await cloud.close();
});

async function bodies(kind: string): Promise<(string | undefined)[]> {
  const QueueUrl = `${cloud.url}/${cloud.accountId}/topics-${kind}.fifo`;
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.send(receive);
  return Messages.map(({ Body }) => Body);
}

const publish = (TopicArn: string, Message: string, language: string) =>
  sns.send(
    new PublishCommand({
      TopicArn,
      Message,
      MessageGroupId: "g",
      MessageDeduplicationId: Message,
      MessageAttributes: { language: { DataType: "String", StringValue: language } },
    }),
  );

test("a FIFO topic's messages reach every subscribed queue as they were published, less what its filter drops", async () => {
  const topicArn = await createTopic(sns, "topics-words.fifo", { kind: "fifo" });
  for (const kind of ["all", "german"]) await createQueues(sqs, "topics", { ...fixtureWork, kind });
  const filterPolicy = { language: ["de"] };
  for (let twice = 0; twice < 2; twice += 1) {
    await subscribeQueue({ sns, sqs }, "topics", "all", { topicArn });
    await subscribeQueue({ sns, sqs }, "topics", "german", { topicArn, filterPolicy });
  }
  await publish(topicArn, "one", "en");
  await publish(topicArn, "zwei", "de");
  expect(await bodies("all")).toEqual(["one", "zwei"]);
  expect(await bodies("german")).toEqual(["zwei"]);
});
