// Receiving mail: a real SMTP client, the raw mail in S3, the announcement on the topic.
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import nodemailer from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { startCloud } from "../../../../scripts/local/cloud/cloud.ts";
import { localClients } from "../../../../scripts/local/cloud/identity.ts";
import { allPass } from "../../../../scripts/local/smtp/notification.ts";
import { type ReceivingOptions, startReceiving } from "../../../../scripts/local/smtp/receiving.ts";
import { connectTopic, createBuckets } from "../../../../scripts/provision/uploads.ts";
import { mailReceived } from "../../../../triggers/mail-received.ts";
import type { Log } from "../../../../triggers/shared/log.ts";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { silent } from "../../../support/sandbox.ts";
import { until } from "../../../support/until.ts";

const names = resourceNames("smtp-test");
const noLog: Log = () => {};

/** A cloud with an SMTP server, and the messages its trigger enqueued. */
async function receiving(more: Partial<ReceivingOptions> = {}) {
  const payloads: unknown[] = [];
  const trigger = mailReceived({
    mailsBucket: names.buckets.mails,
    enqueue: async (_, payload) => ({ jobId: "job", messageId: String(payloads.push(payload)) }),
    keepDropped: async () => {},
    log: noLog,
  });
  const cloud = await startCloud({
    port: 0,
    region: "eu-west-1",
    invoke: async (_, event) => void (await trigger(event)),
  });
  const clients = localClients(cloud.url);
  await createBuckets(clients.s3, names);
  await connectTopic(
    clients.sns,
    names.topics.mails,
    "arn:aws:lambda:eu-west-1:000000000000:function:mail-received",
  );
  const { region, accountId } = cloud;
  const smtp = await startReceiving({ port: 0, clients, names, region, accountId, log: silent, ...more });
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: smtp.port, ignoreTLS: true });
  onTestFinished(async () => {
    transport.close();
    await smtp.close();
    clients.destroy();
    await cloud.close();
  });
  const send = (raw: Buffer | string, from = "ann@example.org") =>
    transport.sendMail({ envelope: { from, to: ["in@magazine.example"] }, raw });
  const stored = async () => {
    const list = await clients.s3.send(new ListObjectsV2Command({ Bucket: names.buckets.mails }));
    const get = (Key?: string) => clients.s3.send(new GetObjectCommand({ Bucket: names.buckets.mails, Key }));
    const bodies = (list.Contents ?? []).map(async ({ Key }) =>
      (await get(Key)).Body?.transformToByteArray(),
    );
    return (await Promise.all(bodies)).map((body) => Buffer.from(body ?? []));
  };
  return { payloads, send, stored };
}

test("an acknowledged mail is in S3, byte for byte, and is announced with the current verdicts", async () => {
  const verdicts = { ...allPass, dmarc: "FAIL" as const };
  const { payloads, send, stored } = await receiving({
    verdicts: () => verdicts,
    now: () => Date.UTC(2026, 10, 2),
  });
  const raw = Buffer.from(
    "From: ann@example.org\r\nSubject: dots\r\n\r\n.one\r\n..two\r\n\xff\r\n",
    "latin1",
  );
  const { response } = await send(raw);
  expect(response).toMatch(/^250 2\.0\.0 Ok [0-9a-f]{40}$/);
  expect((await stored())[0]?.equals(raw)).toBe(true);
  await until("the trigger to run", () => payloads.length === 1);
  const messageId = response.split(" ").at(-1);
  expect(payloads[0]).toEqual({
    bucket: names.buckets.mails,
    key: `raw/${messageId}`,
    receipt: {
      messageId,
      timestamp: "2026-11-02T00:00:00.000Z",
      source: "ann@example.org",
      recipients: ["in@magazine.example"],
      verdicts,
    },
  });
});

test("a bounce has no sender", async () => {
  const { payloads, send } = await receiving();
  await send("Subject: bounce\r\n\r\nx\r\n", "");
  await until("the trigger to run", () => payloads.length === 1);
  expect(payloads[0]).toMatchObject({ receipt: { source: "" } });
});

test("a mail over the limit is refused with 552 and leaves nothing, and the next one is accepted", async () => {
  const { send, stored } = await receiving({ maxBytes: 10_000 });
  await expect(send(`Subject: x\r\n\r\n${"y".repeat(70).concat("\r\n").repeat(200)}`)).rejects.toMatchObject({
    responseCode: 552,
  });
  expect(await stored()).toEqual([]);
  expect((await send("Subject: x\r\n\r\nsmall\r\n")).response).toMatch(/^250 /);
});

test("a mail that could not be stored is answered with 451, never acknowledged", async () => {
  const { send, payloads, stored } = await receiving({ names: resourceNames("not-provisioned") });
  const codes: unknown[] = [];
  await send("Subject: x\r\n\r\ny\r\n").catch((error: unknown) => codes.push(error));
  expect(codes).toMatchObject([{ responseCode: 451 }]);
  expect([payloads, await stored()]).toEqual([[], []]);
});
