// A fourth subscriber as docs/add-a-job-kind.md shows it: the publisher and the other three do not change.
import { readFileSync } from "node:fs";
import { SNSClient } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { createQueues } from "../../../../scripts/provision/queues.ts";
import { createTopic, subscribeQueue } from "../../../../scripts/provision/topics.ts";
import { createPublish } from "../../../../worker/engine/enqueue/publish.ts";
import { readMessage } from "../../../../worker/engine/receive/read-message.ts";
import { wordsSaid } from "../../../../worker/jobs/words/words-said.ts";
import { clientSettings } from "../../../support/cloud.ts";
import { deliver, say, startWordsCloud } from "../../../support/words/words-cloud.ts";
import { shoutWords, shoutWordsHandler } from "./shout-words.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the code in docs/add-a-job-kind.md is the code that is tested", () => {
  const [, code = ""] = read("shout-words.ts").split(/\/\/ docs:(?:begin|end)\n/);
  expect(read("../../../../docs/add-a-job-kind.md")).toContain(code.trim());
});

test("a published event reaches its queue and becomes its job", async () => {
  const words = await startWordsCloud();
  onTestFinished(() => words.close());
  const settings = clientSettings(words.cloud);
  const [sns, sqs] = [new SNSClient(settings), new SQSClient(settings)];
  const fleet = await words.newFleet();
  const topicArn = await createTopic(sns, fleet.names.topics.words, { kind: "fifo" });
  await createQueues(sqs, fleet.names.fleet, shoutWords);
  const subscription = { ...shoutWords.subscription, topicArn };
  await subscribeQueue({ sns, sqs }, fleet.names.fleet, shoutWords.kind, subscription);
  const publish = createPublish({ sns, topicArn: () => topicArn, now: Date.now, newTraceId: () => "t" });
  const said = say("Hello! you there!", "1");
  await publish(wordsSaid, said);
  const QueueUrl = `${words.cloud.url}/${words.cloud.accountId}/${fleet.names.fleet}-shout-words.fifo`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const message = readMessage(shoutWords, Messages[0]?.Body ?? "");
  expect(message).toMatchObject({ message: { kind: "shout-words" }, payload: said });
  const worker = fleet.worker();
  const ended = await deliver(worker, shoutWords, shoutWordsHandler(), said);
  expect(ended.outcome).toBe("completed");
  const get = new GetCommand({ TableName: fleet.names.tables.jobs, Key: { jobId: ended.jobId } });
  expect((await worker.db.send(get)).Item?.result).toEqual({ loud: 2 });
});
