// Somebody said something in Slack: check, publish once to the topic of words, reply. Runs in Lambda behind the HTTP API.
import { randomUUID } from "node:crypto";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { handle } from "hono/aws-lambda";
import { createPublish } from "../worker/engine/enqueue/publish.ts";
import { readConfig, type TriggerConfig } from "./shared/config.ts";
import { log } from "./shared/log.ts";
import { openTables } from "./shared/tables.ts";
import { slackApp } from "./slack-message/app.ts";
import { countsIncluding } from "./slack-message/counts.ts";
import { secretReader } from "./slack-message/secrets.ts";

/** Slack waits three seconds: a call that does not answer is given up while there is time for another. */
const shortly = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 800, throwOnRequestTimeout: true },
};

/** The ARN of a topic beside a function: of the same account and region. */
function topicArnBeside(functionArn: string, topic: string): string {
  const [, partition, , region, account] = functionArn.split(":");
  return `arn:${partition}:sns:${region}:${account}:${topic}`;
}

/** The app of a deployment. */
function appOf(config: TriggerConfig, functionArn: string) {
  const { names, region } = config;
  const db = openTables(config);
  return slackApp({
    secrets: secretReader(new SSMClient({ region, ...shortly }), names, Date.now),
    publish: createPublish({
      sns: new SNSClient({ region, ...shortly }),
      topicArn: (topic) => topicArnBeside(functionArn, names.topics[topic]),
      now: Date.now,
      newTraceId: randomUUID,
    }),
    counts: (...asked) => countsIncluding({ db, names }, ...asked),
    now: Date.now,
    log,
  });
}

type Handle = ReturnType<typeof handle>;
let made: Handle | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export const handler: Handle = async (event, context) => {
  made ??= handle(appOf(readConfig(), context?.invokedFunctionArn ?? ""));
  return made(event, context);
};
