// Trigger: somebody said something in Slack. Checks the request, publishes it once to the topic of words, and replies.
// Runs behind the HTTP API.
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { handle } from "hono/aws-lambda";
import { createPublish } from "../worker/engine/enqueue/publish.ts";
import { readConfig, type TriggerConfig } from "./shared/config.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { log } from "./shared/log.ts";
import { openTables } from "./shared/tables.ts";
import { newTraceId } from "./shared/trace-id.ts";
import { slackApp } from "./slack-message/app.ts";
import { countsIncluding } from "./slack-message/counts.ts";
import { secretReader } from "./slack-message/secrets.ts";

/** Slack waits three seconds, so a call without an answer is abandoned while there is time for another. */
const shortTimeouts = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 800, throwOnRequestTimeout: true },
};

/** The app of a deployment. */
function appOf(config: TriggerConfig, functionArn: string) {
  const { names, region } = config;
  // The topics are in the same account and region as the function.
  const [, partition, , functionRegion, account] = functionArn.split(":");
  const db = openTables(config);
  return slackApp({
    secrets: secretReader(new SSMClient({ region, ...shortTimeouts }), names, Date.now),
    publish: createPublish({
      sns: new SNSClient({ region, ...shortTimeouts }),
      topicArn: (topic) => `arn:${partition}:sns:${functionRegion}:${account}:${names.topics[topic]}`,
      now: Date.now,
      newTraceId,
    }),
    counts: (...asked) => countsIncluding({ db, names }, ...asked),
    now: Date.now,
    log,
  });
}

/** Lambda's entry. */
export const handler: ReturnType<typeof handle> = lazyHandler((_event, context?) =>
  handle(appOf(readConfig(), context?.invokedFunctionArn ?? "")),
);
