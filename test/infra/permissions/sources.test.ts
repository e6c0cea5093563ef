// Permissions of the event sources: readers of streams, and the services that publish to topics or store mails.
import { expect, test } from "vitest";
import { evaluate } from "../../../scripts/lab/cloud-check/iam/evaluate.ts";
import { type EventSource, eventSources } from "../../../triggers/catalog/event-sources.ts";
import { thought } from "../../support/guarded-cloud.ts";
import { allows, arn, fleet, names, object, rights, table } from "../../support/judged-fleet.ts";

test("a reader of streams may read the streams of its own tables", () => {
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

test("a topic accepts only messages from its own buckets or mail rule in this account", () => {
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
