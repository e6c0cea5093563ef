// What the synthesised policies refuse: to everybody, to all triggers, or to one caller.
import { expect, test } from "vitest";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { thought } from "../../support/guarded-cloud.ts";
import { allows, arn, fleet, names, object, roles, table, triggers } from "../../support/judged-fleet.ts";

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
  ["anybody but the pages writes uploads", others("web"), "s3:PutObject", object("uploads")],
  [
    "anybody but the pages hides an upload behind a marker",
    others("web"),
    "s3:DeleteObject",
    object("uploads"),
  ],
  ["the pages write stored files", ["web"], "s3:PutObject", object("secure")],
  ["the pages delete stored files", ["web"], "s3:DeleteObjectVersion", object("secure")],
  ["the pages read what is not stored yet", ["web"], "s3:GetObject", object("incoming")],
  ["the pages read mails", ["web"], "dynamodb:GetItem", table("submissions")],
  ["the pages change the audit", ["web"], "dynamodb:UpdateItem", table("audit")],
  ["the pages delete from the audit", ["web"], "dynamodb:DeleteItem", table("audit")],
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
  [
    "anybody but the sweep lists mails",
    others("untaken-due"),
    "s3:ListBucketVersions",
    `arn:aws:s3:::${names.buckets.mails}`,
  ],
  [
    "a trigger puts events on another trigger's failure queue",
    ["image-uploaded", "untaken-due"],
    "sqs:SendMessage",
    arn("sqs", failedRecordsQueueName(fleet, "mail-received")),
  ],
  ["the sweep commits jobs", ["untaken-due"], "dynamodb:PutItem", table("jobs")],
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

test("without TLS, nobody can read, write or send", () => {
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
