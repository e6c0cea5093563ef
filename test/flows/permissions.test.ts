// Least privilege: the real flows with every call judged by the synthesised policies of who makes it. What a flow needs
// is allowed, what it must not do is refused, and a right that no flow uses is in a list with its reason.

import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import nodemailer from "nodemailer";
import sharp from "sharp";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RoleRights, readRights, roleOf } from "../../scripts/cloud-check/assembly/rights.ts";
import { evaluate } from "../../scripts/cloud-check/iam/evaluate.ts";
import { unusedRights } from "../../scripts/cloud-check/iam/unused.ts";
import { startReceiving } from "../../scripts/local/smtp/receiving.ts";
import { type EventSource, eventSources, type TriggerName } from "../../triggers/event-sources.ts";
import { contactSheet } from "../../worker/jobs/contact-sheet/job.ts";
import { outboxEffect } from "../../worker/outbox/outbox-effect.ts";
import { deadLetterQueueName, queueName, resourceNames } from "../../worker/resources.ts";
import { type ChainCloud, type InvokeTrigger, startChainCloud } from "../support/chain-cloud.ts";
import { clientSettings } from "../support/cloud.ts";
import { type Guard, guard, ruling, synthesised, thought } from "../support/guarded-cloud.ts";
import { attached, header, lines, multipart, textPart } from "../support/mails/mails.ts";
import { silentLog } from "../support/provisioned.ts";
import { s3Event } from "../support/s3-event-records.ts";
import { until } from "../support/until.ts";
import { slackSecrets, webhookForm } from "../support/words/slack.ts";

const fleet = "fifo-fleet";
const bucketSuffix = `-${thought.account}-${thought.region}`;
const names = resourceNames(fleet, bucketSuffix);
const triggers = Object.keys(eventSources) as TriggerName[];
const assembly = synthesised({ mailAddress: "submissions@magazine.example" });
const rights = readRights(assembly);
const roleFor = (caller: string): RoleRights => {
  const role = roleOf(assembly, rights, caller === "worker" ? "instances" : `${fleet}-${caller}`);
  if (role === undefined) throw new Error(`no role for ${caller}`);
  return role;
};
const roles = new Map([...triggers, "worker"].map((caller) => [caller, roleFor(caller)]));

let chain: ChainCloud;
let guarded: Guard;
/** While true the streams' records reach nobody: what follows is then the schedule's. */
let streamsLost = false;
const losing =
  (invoke: InvokeTrigger): InvokeTrigger =>
  async (functionArn, event) =>
    streamsLost ? { batchItemFailures: [] } : invoke(functionArn, event);

beforeAll(async () => {
  const secret = (values: readonly string[]) => ({ type: "SecureString" as const, value: values.join(" ") });
  const parameters = new Map([
    [names.parameters.slackSigningSecrets, secret(slackSecrets.signingSecrets)],
    [names.parameters.slackWebhookTokens, secret(slackSecrets.webhookTokens)],
  ]);
  chain = await startChainCloud({ names, bucketSuffix, callersByName: true, pollers: [losing], parameters });
  guarded = guard(chain.cloud, rights, roles);
  await chain.startWorker("worker", {
    FLEET_MAIL_ADDRESS: "submissions@magazine.example",
    FLEET_MAIL_EDITOR: "editor@magazine.example",
  });
});
afterAll(() => chain.close());

const quiet = () => until("nothing left to do", () => chain.working() === 0, 90_000);
const ended = async (kind: string) => {
  const rows = await chain.rows("jobs");
  return rows
    .filter((row) => row.kind === kind && row.endedAt !== undefined)
    .map(({ status }) => String(status))
    .sort();
};
const picture = (red: number) =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: { r: red, g: 20, b: 20 } } })
    .png()
    .toBuffer();

test("pictures, a sheet, a replaced, a refused and a removed one: every call is allowed", async () => {
  for (let index = 0; index < 9; index += 1) await chain.upload(`trip/${index}.png`, await picture(index));
  const form = await createPresignedPost(chain.clients.s3, {
    Bucket: names.buckets.uploads,
    Key: "trip/9.png",
  });
  const fields = new FormData();
  for (const [name, value] of Object.entries(form.fields)) fields.append(name, value);
  fields.append("file", new Blob([new Uint8Array(await picture(9))]));
  expect((await fetch(form.url, { method: "POST", body: fields })).status).toBe(204);
  await until("the sheet", async () => (await chain.rows("sheets")).length === 1, 90_000);
  await chain.upload("trip/0.png", await picture(200));
  await chain.upload("trip/broken.png", Buffer.from("no picture"));
  await until("all uploads", async () => (await ended("resize-image")).length === 12, 90_000);
  await chain.clients.s3.send(new DeleteObjectCommand({ Bucket: names.buckets.results, Key: "trip/1.png" }));
  await until("the removal", async () => (await chain.album("trip"))?.pictures === 9, 90_000);
  await quiet();
  expect(await ended("resize-image")).toEqual([...Array(11).fill("completed"), "rejected"]);
  expect(guarded.refused()).toEqual([]);
});

test("mails, read and refused: every call is allowed", async () => {
  const { region, account: accountId } = thought;
  const receiving = await startReceiving({
    port: 0,
    clients: chain.clients,
    names,
    region,
    accountId,
    log: silentLog,
  });
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: receiving.port, ignoreTLS: true });
  onTestFinished(async () => {
    transport.close();
    await receiving.close();
  });
  const send = (raw: string) =>
    transport.sendMail({ envelope: { from: "ann@example.org", to: ["submissions@magazine.example"] }, raw });
  await send(multipart([textPart("Please read."), attached(Buffer.from("%PDF-1.7 a story"), "story.pdf")]));
  await send(lines(...header, `Subject: ${"long ".repeat(40_000)}`, "", "x"));
  await until("both mails", async () => (await ended("parse-mail")).length === 2, 90_000);
  await until("what is answered", async () => (await ended("send-mail")).length === 2, 90_000);
  await quiet();
  expect(await ended("parse-mail")).toEqual(["completed", "rejected"]);
  expect(await ended("send-mail")).toEqual(["completed", "completed"]);
  expect(guarded.refused()).toEqual([]);
});

test("an object that is gone before its job runs: every call is allowed, those that tell 404 from 403 included", async () => {
  const elsewhere = new PutObjectCommand({ Bucket: names.buckets.sheets, Key: "any", Body: "any" });
  const { VersionId = "" } = await chain.clients.s3.send(elsewhere);
  const gone = (bucket: string) => s3Event({ bucket, key: "gone/before.png", versionId: VersionId });
  await chain.invoke("image-uploaded", gone(names.buckets.uploads));
  await chain.invoke("mail-received", gone(names.buckets.mails));
  await until("both to end", async () => {
    const ends = [...(await ended("resize-image")), ...(await ended("parse-mail"))];
    return ends.filter((status) => status === "rejected").length === 4;
  });
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("words said in Slack, few and many: every call is allowed", async () => {
  const say = (text: string, timestamp: string) =>
    fetch(`${chain.apiUrl}/slack/messages`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: webhookForm(text, { timestamp }),
    });
  const many = Array.from({ length: 150 }, (_, index) => `word${index}`).join(" ");
  expect((await say("the quick fox", "1.000001")).status).toBe(200);
  expect((await say(many, "1.000002")).status).toBe(200);
  const kinds = ["count-words", "multiply-words", "log-words"];
  await until(
    "all counted",
    async () => {
      const ends = await Promise.all(kinds.map(ended));
      return ends.every((statuses) => statuses.length === 2);
    },
    90_000,
  );
  // Sent again once it is counted, the counts are read in one transaction with the job's row.
  expect(await (await say("the quick fox", "1.000001")).json()).toMatchObject({
    text: expect.stringContaining("quick: 11"),
  });
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("follow-ups by stream and by schedule, counting, a message nobody can read: every call is allowed", async () => {
  const commit = async (jobId: string, threshold: number) => {
    const context = { names, jobId, traceId: "trace", now: () => Date.now() - 60_000 };
    const effect = outboxEffect(contactSheet, { album: "trip", threshold, revision: 9 }, context);
    await chain.clients.db.send(new TransactWriteCommand({ TransactItems: [effect] }));
  };
  const relayed = async () =>
    (await chain.rows("outbox")).filter(({ relayedAt }) => relayedAt !== undefined).length;
  const before = await relayed();
  await commit("parent/1", 20);
  await until("the stream", async () => (await relayed()) === before + 1);
  streamsLost = true;
  await commit("parent/2", 30);
  await until("the schedule", async () => {
    await chain.invoke("outbox-due", {});
    return (await relayed()) === before + 2;
  });
  streamsLost = false;
  await chain.invoke("metrics-due", {});
  const { QueueUrl } = await queueUrl(queueName(fleet, "resize-image"));
  const unreadable = { MessageBody: "no job", MessageGroupId: "g", MessageDeduplicationId: "unreadable" };
  await chain.clients.sqs.send(new SendMessageCommand({ QueueUrl, ...unreadable }));
  await until("the dead letter", () => chain.deadLetters() === 1, 90_000);
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

const queueUrl = (QueueName: string) => chain.clients.sqs.send(new GetQueueUrlCommand({ QueueName }));

test("the callers of these flows were judged, each of them", () => {
  const judged = Map.groupBy(guarded.rulings, ({ caller }) => caller);
  expect([...judged.keys()].sort()).toEqual([...roles.keys()].sort());
  expect(guarded.rulings.length).toBeGreaterThan(300);
});

test("the guarded cloud refuses: a trigger that reads a mail gets 403", async () => {
  const s3 = new S3Client({
    ...clientSettings(chain.cloud),
    credentials: { accessKeyId: "mail-received", secretAccessKey: "local" },
    forcePathStyle: true,
  });
  onTestFinished(() => s3.destroy());
  const get = s3.send(new GetObjectCommand({ Bucket: names.buckets.mails, Key: "raw/any" }));
  await expect(get).rejects.toMatchObject({ name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
  expect(guarded.refused()).toEqual([
    `mail-received: s3:GetObject on ${object("mails", "raw/any")} (no-allow)`,
  ]);
});

const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${thought.region}:${thought.account}:${resource}`;
const table = (name: keyof typeof names.tables) => arn("dynamodb", `table/${names.tables[name]}`);
const object = (bucket: keyof typeof names.buckets, key = "k") =>
  `arn:aws:s3:::${names.buckets[bucket]}/${key}`;
const allows = (caller: string, action: string, resource: string, context = {}) =>
  ruling(rights, roleFor(caller), {
    action,
    resource,
    resourceAccount: thought.account,
    context: { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", ...context },
  }).allowed;
const everybody = [...roles.keys()];
const everyTrigger: readonly string[] = triggers;
const others = (...kept: string[]) => everybody.filter((caller) => !kept.includes(caller));

test.each<[what: string, callers: readonly string[], action: string, resource: string]>([
  ["a trigger reads mails", everyTrigger, "s3:GetObject", object("mails")],
  ["a trigger reads mails by version", everyTrigger, "s3:GetObjectVersion", object("mails")],
  ["a trigger reads what mails consist of", everyTrigger, "s3:GetObject", object("parts")],
  ["a trigger reads pictures", everyTrigger, "s3:GetObjectVersion", object("uploads")],
  ["a trigger writes results", everyTrigger, "s3:PutObject", object("results")],
  ["a trigger takes jobs", everyTrigger, "sqs:ReceiveMessage", arn("sqs", queueName(fleet, "resize-image"))],
  ["a trigger commits jobs", everyTrigger, "dynamodb:UpdateItem", table("jobs")],
  ["anybody deletes a mail", everybody, "s3:DeleteObject", object("mails")],
  ["anybody deletes a version of a mail", everybody, "s3:DeleteObjectVersion", object("mails")],
  ["anybody deletes a version of a part", everybody, "s3:DeleteObjectVersion", object("parts")],
  ["anybody deletes sheets", everybody, "s3:DeleteObjectVersion", object("sheets")],
  ["anybody writes uploads", everybody, "s3:PutObject", object("uploads")],
  ["anybody hides an upload behind a marker", everybody, "s3:DeleteObject", object("uploads")],
  ["the worker enqueues", ["worker"], "sqs:SendMessage", arn("sqs", queueName(fleet, "resize-image"))],
  [
    "the worker reads dead letters",
    ["worker"],
    "sqs:ReceiveMessage",
    arn("sqs", deadLetterQueueName(fleet, "resize-image")),
  ],
  ["anybody purges a queue", everybody, "sqs:PurgeQueue", arn("sqs", queueName(fleet, "resize-image"))],
  [
    "anybody takes another fleet's jobs",
    everybody,
    "sqs:ReceiveMessage",
    arn("sqs", queueName("other", "resize-image")),
  ],
  [
    "anybody sends to another fleet",
    everybody,
    "sqs:SendMessage",
    arn("sqs", queueName("other", "resize-image")),
  ],
  [
    "anybody sends to a fleet whose name begins like ours",
    everybody,
    "sqs:SendMessage",
    arn("sqs", queueName("fifo-fleet-2", "resize-image")),
  ],
  ["anybody reads another fleet's rows", everybody, "dynamodb:GetItem", arn("dynamodb", "table/other-jobs")],
  [
    "the picture trigger enqueues mails",
    ["image-uploaded"],
    "sqs:SendMessage",
    arn("sqs", queueName(fleet, "parse-mail")),
  ],
  [
    "the mail trigger enqueues pictures",
    ["mail-received"],
    "sqs:SendMessage",
    arn("sqs", queueName(fleet, "resize-image")),
  ],
  ["a trigger sends mail", everyTrigger, "ses:SendEmail", arn("ses", "identity/magazine.example")],
  ["a trigger sends raw mail", everyTrigger, "ses:SendRawEmail", arn("ses", "identity/magazine.example")],
  ["anybody scans a table", everybody, "dynamodb:Scan", table("submissions")],
  ["anybody deletes a job", everybody, "dynamodb:DeleteItem", table("jobs")],
  [
    "anybody but its reader reads the albums' stream",
    others("record-changed"),
    "dynamodb:GetRecords",
    `${table("albums")}/stream/2026-01-01T00:00:00.000`,
  ],
  [
    "anybody changes a bucket's policy",
    everybody,
    "s3:PutBucketPolicy",
    `arn:aws:s3:::${names.buckets.mails}`,
  ],
  [
    "anybody changes a queue",
    everybody,
    "sqs:SetQueueAttributes",
    arn("sqs", queueName(fleet, "resize-image")),
  ],
  ["anybody takes on another role", everybody, "sts:AssumeRole", `arn:aws:iam::${thought.account}:role/any`],
  ["anybody passes a role", everybody, "iam:PassRole", `arn:aws:iam::${thought.account}:role/any`],
])("refused: %s", (_, callers, action, resource) => {
  expect(callers.filter((caller) => allows(caller, action, resource))).toEqual([]);
});

test("without TLS nobody reads, writes or sends", () => {
  const plain = { "aws:SecureTransport": "false" };
  for (const [caller, action, resource] of [
    ["worker", "s3:GetObjectVersion", object("uploads")],
    ["worker", "s3:PutObject", object("results")],
    ["worker", "sqs:ReceiveMessage", arn("sqs", queueName(fleet, "resize-image"))],
    ["image-uploaded", "sqs:SendMessage", arn("sqs", queueName(fleet, "resize-image"))],
  ] as const) {
    expect([caller, action, allows(caller, action, resource)]).toEqual([caller, action, true]);
    expect([caller, action, allows(caller, action, resource, plain)]).toEqual([caller, action, false]);
  }
});

test("a stream's reader may read its own tables' streams", () => {
  for (const [trigger, source] of Object.entries<EventSource>(eventSources)) {
    if (source.from !== "streams") continue;
    for (const name of source.tables)
      for (const action of ["DescribeStream", "GetShardIterator", "GetRecords"])
        expect(allows(trigger, `dynamodb:${action}`, `${table(name)}/stream/2026-01-01T00:00:00.000`)).toBe(
          true,
        );
    expect(allows(trigger, "dynamodb:ListStreams", "*")).toBe(true);
  }
});

test("a topic takes what its own buckets or mail rule publish, from this account, and nothing else", () => {
  const publishes = (service: string, topic: string, source: string, account = thought.account) =>
    evaluate(
      { kind: "service", name: `${service}.amazonaws.com` },
      {
        action: "sns:Publish",
        resource: arn("sns", topic),
        resourceAccount: thought.account,
        context: { "aws:SourceArn": source, "aws:SourceAccount": account, "aws:SecureTransport": "true" },
      },
      { identity: [], resource: rights.resourcePolicy(arn("sns", topic)) },
    ).allowed;
  const bucket = (name: keyof typeof names.buckets) => `arn:aws:s3:::${names.buckets[name]}`;
  const rule = arn("ses", `receipt-rule-set/${fleet}-mails:receipt-rule/store`);
  expect(publishes("s3", names.topics.uploads, bucket("uploads"))).toBe(true);
  expect(publishes("s3", names.topics.results, bucket("results"))).toBe(true);
  expect(publishes("ses", names.topics.mails, rule)).toBe(true);
  expect(publishes("s3", names.topics.uploads, bucket("results"))).toBe(false);
  expect(publishes("s3", names.topics.uploads, "arn:aws:s3:::somebody-elses")).toBe(false);
  expect(publishes("s3", names.topics.uploads, bucket("uploads"), "111122223333")).toBe(false);
  expect(publishes("s3", names.topics.mails, rule)).toBe(false);
  expect(publishes("ses", names.topics.uploads, bucket("uploads"))).toBe(false);
  const stores = (source: string) =>
    evaluate(
      { kind: "service", name: "ses.amazonaws.com" },
      {
        action: "s3:PutObject",
        resource: object("mails"),
        resourceAccount: thought.account,
        context: {
          "aws:SourceArn": source,
          "aws:SourceAccount": thought.account,
          "aws:SecureTransport": "true",
        },
      },
      { identity: [], resource: rights.resourcePolicy(`arn:aws:s3:::${names.buckets.mails}`) },
    ).allowed;
  expect(stores(rule)).toBe(true);
  expect(stores(arn("ses", "receipt-rule-set/other:receipt-rule/store"))).toBe(false);
});

/** Rights that no flow above uses, by what they begin with, and why they are granted all the same. */
const explained: readonly [pattern: RegExp, reason: string][] = [
  [
    /^worker: (sqs:DeleteMessage on .*-answer-slack\.fifo|dynamodb:BatchGetItem on .*-(jobs|words))$/,
    "answers slash commands at Slack's own address, which no test calls",
  ],
  [
    /^worker: autoscaling:CompleteLifecycleAction on .*Name\/fifo-fleet-workers$/,
    "when its instance is taken away",
  ],
  [/^worker: logs:\w+ on .*log-group:\/fifo-fleet\/workers:\*$/, "Docker's log driver on the instance"],
  [
    /^worker: ecr:(GetAuthorizationToken on \*|\w+ on .*:repository\/cdk-)/,
    "Docker pulls the image when an instance boots",
  ],
  [
    /^worker: (ssm:UpdateInstanceInformation|ssmmessages:\w+) on \*$/,
    "Session Manager, which stands for SSH",
  ],
  [/: logs:(CreateLogStream|PutLogEvents) on .*log-group:\/fifo-fleet\/triggers\//, "Lambda writes the log"],
  [/: sqs:\w+ on .*:fifo-fleet-[a-z-]+-failed$/, "Lambda sends events that failed there"],
  [
    /^record-changed: dynamodb:\w+ on (\*|.*\/stream\/.*)$/,
    "Lambda reads the streams; judged on their own above",
  ],
  [
    /^(record-changed|outbox-due): sqs:(GetQueueUrl|SendMessage) on .*\.fifo$/,
    "an outbox row may be of any kind",
  ],
  [/^outbox-due: dynamodb:Query on .*\/fifo-fleet-outbox$/, "granted together with the table's index"],
  [/^worker: sqs:ChangeMessageVisibility on/, "for jobs that last, fail or are handed back"],
  [/^worker: sqs:SendMessage on .*-dead\.fifo$/, "for jobs that fail for good; shown of one kind"],
  [
    /^worker: s3:DeleteObjectVersion on .*-results-/,
    "takes back what a stale run wrote; a race that no flow forces",
  ],
  [/^worker: s3:(GetObject|ListBucket) on .*-plans-/, "reads the plan of a run that died midway"],
];

test("a right that no flow uses is known, with its reason", () => {
  const unused = [...roles].flatMap(([caller, { statements }]) => {
    const used = guarded.rulings.filter((made) => made.caller === caller).map(({ access }) => access);
    return unusedRights(statements, used).map(
      ({ action, resource }) => `${caller}: ${action} on ${resource}`,
    );
  });
  expect(unused.filter((grant) => !explained.some(([pattern]) => pattern.test(grant)))).toEqual([]);
});
