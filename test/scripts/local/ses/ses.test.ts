// The local SES through the AWS SDK: sent mails are in the mailbox, also after a restart; bad requests get SES's errors.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetAccountCommand,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from "@aws-sdk/client-sesv2";
import { expect, onTestFinished, test } from "vitest";
import { startTestCloud } from "../../../support/cloud.ts";

const raw = Buffer.from("From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n\r\nbody \xff\r\n", "latin1");

async function ses(options: { dataDir?: string } = {}) {
  const cloud = await startTestCloud(options);
  const client = new SESv2Client({ ...cloud.settings, maxAttempts: 1 });
  let closed: Promise<void> | undefined;
  const close = () => {
    client.destroy();
    closed ??= cloud.close();
    return closed;
  };
  onTestFinished(close);
  const send = (more: Partial<SendEmailCommandInput> = {}) =>
    client.send(
      new SendEmailCommand({
        FromEmailAddress: "a@b.example",
        Destination: { ToAddresses: ["c@d.example"], BccAddresses: ["e@f.example"] },
        Content: { Raw: { Data: raw } },
        EmailTags: [{ Name: "mail", Value: "1" }],
        ...more,
      }),
    );
  return { cloud, client, send, close };
}

test("an accepted mail is in the mailbox, byte for byte, under the id that its sender got", async () => {
  const { cloud, send } = await ses();
  const heard: string[] = [];
  const unsubscribe = cloud.mailbox.subscribe(({ messageId }) => void heard.push(messageId));
  const first = await send();
  unsubscribe();
  const second = await send();
  expect(cloud.mailbox.list().map(({ messageId }) => messageId)).toEqual([second.MessageId, first.MessageId]);
  expect(heard).toEqual([first.MessageId]);
  const mail = cloud.mailbox.get(first.MessageId ?? "");
  expect(mail).toMatchObject({
    from: "a@b.example",
    to: ["c@d.example", "e@f.example"],
    tags: { mail: "1" },
  });
  expect(mail?.raw.equals(raw)).toBe(true);
  const listed = (await (await fetch(`${cloud.url}/_local/mail/sent`)).json()) as {
    mails: { raw: string }[];
  };
  expect(listed.mails.map((each) => Buffer.from(each.raw, "base64").equals(raw))).toEqual([true, true]);
});

test("a kept mail keeps no memory beside its own bytes, as a part of one of Node's slabs would", async () => {
  const { cloud, send } = await ses();
  const { MessageId = "" } = await send();
  expect(cloud.mailbox.get(MessageId)?.raw.buffer.byteLength).toBe(raw.length);
});

test("mails survive a restart", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "ses-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const before = await ses({ dataDir });
  const { MessageId } = await before.send();
  await before.close();
  const after = await ses({ dataDir });
  expect(after.cloud.mailbox.get(MessageId ?? "")?.raw.equals(raw)).toBe(true);
});

test("requests that SES refuses fail with its errors and leave nothing", async () => {
  const { cloud, send } = await ses();
  const nameOf = (more: Partial<SendEmailCommandInput>) =>
    send(more).then(
      () => "sent",
      (error: Error) => error.name,
    );
  const many = Array.from({ length: 51 }, (_, n) => `n${n}@d.example`);
  expect(await nameOf({ Destination: { ToAddresses: [] } })).toBe("BadRequestException");
  expect(await nameOf({ Destination: { ToAddresses: ["nobody"] } })).toBe("BadRequestException");
  expect(await nameOf({ Destination: { ToAddresses: ["é@d.example"] } })).toBe("BadRequestException");
  expect(await nameOf({ Destination: { ToAddresses: many } })).toBe("MessageRejected");
  expect(await nameOf({ Content: { Raw: { Data: Buffer.from("no header\r\n") } } })).toBe(
    "BadRequestException",
  );
  expect(await nameOf({ EmailTags: [{ Name: "a b", Value: "1" }] })).toBe("BadRequestException");
  expect(cloud.mailbox.list()).toEqual([]);
});

test("features that are not implemented answer NotImplemented", async () => {
  const { client, send } = await ses();
  const simple = { Simple: { Subject: { Data: "x" }, Body: { Text: { Data: "y" } } } };
  await expect(send({ Content: simple })).rejects.toMatchObject({ name: "NotImplemented" });
  await expect(client.send(new GetAccountCommand({}))).rejects.toMatchObject({ name: "NotImplemented" });
});

test("faults apply to SES requests, with errors in SES's shape", async () => {
  const { cloud, send } = await ses();
  cloud.faults.push(({ service, action }) =>
    service === "ses" && action === "SendEmail"
      ? { kind: "error", status: 429, code: "TooManyRequestsException", message: "slow down" }
      : undefined,
  );
  await expect(send()).rejects.toMatchObject({ name: "TooManyRequestsException", message: "slow down" });
  expect(cloud.mailbox.list()).toEqual([]);
});
