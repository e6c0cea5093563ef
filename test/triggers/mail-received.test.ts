// The trigger mail-received, from notifications of SES or S3 to the jobs that it enqueues.
import { expect, test } from "vitest";
import { mailReceived } from "../../triggers/mail-received.ts";
import type { KeepDropped } from "../../triggers/shared/dropped-records.ts";
import type { Log } from "../../triggers/shared/log.ts";
import { PayloadRefused } from "../../worker/engine/enqueue/enqueue.ts";
import { type JobDefinition, jobIdOf } from "../../worker/engine/job/define-job.ts";
import { s3Event, snsEvent, testEvent } from "../support/s3-event-records.ts";

const bucket = "fleet-mails";

/** A notification of SES, as in its developer guide. */
function notification(key = "raw/abc123", more: Record<string, unknown> = {}) {
  const action = {
    type: "S3",
    topicArn: "arn:aws:sns:eu-west-1:1:mails",
    bucketName: bucket,
    objectKey: key,
  };
  return {
    notificationType: "Received",
    mail: {
      timestamp: "2026-11-02T10:00:00.000Z",
      source: "ann@example.org",
      messageId: "abc123",
      destination: ["in@magazine.example"],
      headersTruncated: false,
      commonHeaders: { subject: "A story" },
    },
    receipt: {
      timestamp: "2026-11-02T10:00:00.000Z",
      processingTimeMillis: 406,
      recipients: ["in@magazine.example"],
      spamVerdict: { status: "PASS" },
      virusVerdict: { status: "PASS" },
      spfVerdict: { status: "PASS" },
      dkimVerdict: { status: "GRAY" },
      dmarcVerdict: { status: "FAIL" },
      dmarcPolicy: "reject",
      action,
      ...more,
    },
  };
}

function trigger(fail?: Error) {
  const jobs: { id: string; group: string; payload: unknown }[] = [];
  const lines: string[] = [];
  const log: Log = (level, message, { reason = "" } = {}) =>
    lines.push(`${level} ${message} ${reason}`.trim());
  const enqueue = async <Payload>(job: JobDefinition<string, Payload>, payload: Payload) => {
    if (fail) throw fail;
    if (!job.payload.safeParse(payload).success) throw new PayloadRefused(job.kind, "bad");
    const jobId = jobIdOf(job, payload);
    jobs.push({ id: jobId, group: job.messageGroupId(payload), payload });
    return { jobId, messageId: "m" };
  };
  const dropped: string[] = [];
  const keepDropped: KeepDropped = async (_, reasons) => void dropped.push(...reasons);
  return { jobs, lines, dropped, handle: mailReceived({ mailsBucket: bucket, enqueue, keepDropped, log }) };
}

test("a mail has an id, however short; without one its notification is malformed", async () => {
  const withId = (messageId: string) => {
    const told = notification();
    return trigger().handle(snsEvent({ ...told, mail: { ...told.mail, messageId } }));
  };
  expect(await withId("a")).toEqual({ enqueued: 1, ignored: 0, malformed: 0 });
  expect(await withId("")).toEqual({ enqueued: 0, ignored: 0, malformed: 1 });
});

test("a receipt notification becomes one job with the verdicts of SES, even if it comes several times", async () => {
  const { jobs, handle } = trigger();
  const event = snsEvent(notification());
  expect(await handle(event)).toEqual({ enqueued: 1, ignored: 0, malformed: 0 });
  await handle(event);
  expect(jobs[0]?.payload).toEqual({
    bucket,
    key: "raw/abc123",
    receipt: {
      messageId: "abc123",
      timestamp: "2026-11-02T10:00:00.000Z",
      source: "ann@example.org",
      recipients: ["in@magazine.example"],
      verdicts: { spf: "PASS", dkim: "GRAY", dmarc: "FAIL", spam: "PASS", virus: "PASS" },
    },
  });
  expect(jobs[1]?.id).toBe(jobs[0]?.id);
});

test("an event of the bucket becomes a job too, and its key is decoded once", async () => {
  const { jobs, handle } = trigger();
  const key = "raw/a+b c%20é";
  expect(await handle(snsEvent(s3Event({ bucket, key, versionId: "v7" })))).toMatchObject({ enqueued: 1 });
  expect(jobs[0]?.payload).toMatchObject({ bucket, key, versionId: "v7" });
});

test("anything that is not a mail is dropped with a reason", async () => {
  const { jobs, lines, dropped, handle } = trigger();
  const report = await handle(
    snsEvent(
      "Successfully validated SNS topic for Amazon SES event publishing.",
      notification("raw/AMAZON_SES_SETUP_NOTIFICATION"),
      s3Event({ bucket, key: "AMAZON_SES_SETUP_NOTIFICATION" }),
      testEvent,
      notification("raw/x", { action: { type: "Bounce" } }),
      notification("raw/x", { action: { type: "S3", bucketName: "somebody-elses", objectKey: "x" } }),
      { notificationType: "Received", mail: {} },
      "no JSON",
    ),
  );
  expect(jobs).toEqual([]);
  expect(report).toEqual({ enqueued: 0, ignored: 6, malformed: 2 });
  expect(lines).toHaveLength(7);
  expect(dropped).toHaveLength(2);
});

test("an event comes again when a mail could not be enqueued, but not when it can never be", async () => {
  await expect(trigger(new Error("SQS is away")).handle(snsEvent(notification()))).rejects.toThrow(
    "1 of 1 jobs",
  );
  const { handle } = trigger();
  expect(await handle(snsEvent(notification("k".repeat(1025))))).toEqual({
    enqueued: 0,
    ignored: 0,
    malformed: 1,
  });
});
