// Lambda's entries as Lambda calls them: each reads its environment and works on the fleet that it names, here in a local cloud.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createFailedRecordsQueue } from "../../scripts/provision/queues.ts";
import { handler as fileUploaded } from "../../triggers/file-uploaded.ts";
import { handler as filesDue } from "../../triggers/files-due.ts";
import { handler as imageUploaded } from "../../triggers/image-uploaded.ts";
import { handler as mailReceived } from "../../triggers/mail-received.ts";
import { handler as outboxDue } from "../../triggers/outbox-due.ts";
import { handler as pictureRemoved } from "../../triggers/picture-removed.ts";
import { handler as recordChanged } from "../../triggers/record-changed.ts";
import { slackPath } from "../../triggers/slack-message/app.ts";
import { handler as slackMessage } from "../../triggers/slack-message.ts";
import { handler as untakenDue } from "../../triggers/untaken-due.ts";
import { failedRecordsQueueName, queueName, resourceNames } from "../../worker/fleet/resources.ts";
import { shardOf } from "../../worker/jobs/files/rows/file-row.ts";
import { incomingKey } from "../../worker/jobs/files/rows/ids.ts";
import { newId } from "../support/files/file-cloud.ts";
import { type Provisioned, startProvisioned } from "../support/provisioned.ts";
import { s3Record } from "../support/s3-event-records.ts";

const fleet = "entered";
const { buckets, tables } = resourceNames(fleet);
let provisioned: Provisioned;
beforeAll(async () => {
  provisioned = await startProvisioned();
  await provisioned.provision(fleet);
  const environment = {
    FLEET_NAME: fleet,
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: provisioned.cloud.url,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await provisioned.close();
});

const messagesIn = async (queue: string) => (await provisioned.cloud.sqs.receive(queue, { max: 10 })).length;

const created = "ObjectCreated:Put";
const removed = "ObjectRemoved:Delete";
test.each([
  ["image-uploaded", imageUploaded, "resize-image", created, { bucket: buckets.uploads, key: "a/b.png" }],
  ["mail-received", mailReceived, "parse-mail", created, { bucket: buckets.mails, key: "raw/abc" }],
  [
    "file-uploaded",
    fileUploaded,
    "store-file",
    created,
    { bucket: buckets.incoming, key: incomingKey(newId()) },
  ],
  ["picture-removed", pictureRemoved, "remove-picture", removed, { bucket: buckets.results, key: "a/b.png" }],
] as const)("%s enqueues a job of its fleet, and keeps what can be none", async (...given) => {
  const [trigger, handler, kind, eventName, object] = given;
  await createFailedRecordsQueue(provisioned.sqs, fleet, trigger);
  const record = { ...s3Record(object), eventName };
  expect(await handler({ Records: [record] })).toEqual({ enqueued: 1, ignored: 0, malformed: 0 });
  expect(await messagesIn(queueName(fleet, kind))).toBe(1);
  expect(await handler({ Records: [{ ...record, s3: {} }] })).toMatchObject({ enqueued: 0, malformed: 1 });
  expect(await messagesIn(failedRecordsQueueName(fleet, trigger))).toBe(1);
});

test("slack-message answers through the HTTP API, and refuses what nobody signed", async () => {
  const asked = (method: string, path: string) =>
    slackMessage(
      {
        ...{ version: "2.0", routeKey: "$default", rawPath: path, rawQueryString: "" },
        ...{ headers: { host: "localhost" }, isBase64Encoded: false },
        ...(method === "POST" && { body: "text=hello" }),
        requestContext: { http: { method, path } },
      } as never,
      { invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:slack" } as never,
    );
  const answers = [await asked("POST", slackPath), await asked("GET", "/elsewhere")];
  expect(answers).toMatchObject([{ statusCode: 401 }, { statusCode: 404 }]);
});

test("the schedules look at the tables and buckets of their fleet", async () => {
  const id = newId();
  const Item = { id, shard: shardOf(id), dueAt: "2026-01-01T00:00:00.000Z" };
  await provisioned.db.send(new PutCommand({ TableName: tables.files, Item }));
  expect(await filesDue({ time: "2026-01-02T00:00:00Z" })).toEqual({ enqueued: 1 });
  expect(await messagesIn(queueName(fleet, "expire-files"))).toBe(1);
  expect(await outboxDue()).toEqual({ relayed: 0, failed: 0, oldestSeconds: 0 });
  const none = { enqueued: 0 };
  expect(await untakenDue({})).toEqual({ "resize-image": none, "parse-mail": none, "store-file": none });
  expect(await recordChanged({ Records: [] })).toEqual({ batchItemFailures: [] });
});
