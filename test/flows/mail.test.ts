// A mail's way through the running system, as its sender and the magazine see it: SMTP in, parts and one row out.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import nodemailer from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { localClients } from "../../scripts/local/cloud/identity.ts";
import { submitLineSchema } from "../../scripts/submit/line.ts";
import { mailResultSchema } from "../../scripts/submit/results.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { startLocal } from "../support/local-system.ts";
import { attached, header, lines, multipart, textPart } from "../support/mails/mails.ts";
import { until } from "../support/until.ts";
import { withoutProgress } from "../support/written.ts";

test("mails sent by SMTP become one submission each, or one refusal, however often they are sent", async () => {
  const system = await startLocal(["--min-workers", "1"]);
  onTestFinished(async () => void (await system.interrupt()));
  const [host = "", port = ""] = system.ready.smtp.split(":");
  const transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
  const clients = localClients(system.ready.aws);
  onTestFinished(() => {
    transport.close();
    clients.destroy();
  });
  const names = resourceNames(system.ready.fleet);
  const send = (raw: string) =>
    transport.sendMail({ envelope: { from: "ann@example.org", to: ["in@magazine.example"] }, raw });

  const story = Buffer.from("%PDF-1.7 a story\n");
  const good = multipart([textPart("Please read."), attached(story, "story.pdf")]);
  const refused = lines(...header, `Subject: ${"long ".repeat(60_000)}`, "", "x");
  const raws = [good, refused, good, multipart([textPart("another")], { subject: "Second" })];
  const verdicts = `${system.ready.aws}/_local/mail/verdicts`;
  const unknown = await fetch(verdicts, { method: "POST", body: '{"dmarc":"MAYBE"}' });
  expect([unknown.status, await unknown.text()]).toEqual([400, expect.stringContaining("dmarc")]);
  await fetch(verdicts, { method: "POST", body: '{"dmarc":"FAIL"}' });
  for (const raw of raws) expect((await send(raw)).response).toMatch(/^250 /);

  const scan = async (TableName: string) =>
    (await clients.db.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [];
  await until(
    "four jobs to end",
    async () => {
      const jobs = (await scan(names.tables.jobs)).filter(({ kind }) => kind === "parse-mail");
      return (
        jobs.filter(({ status }) => status === "completed" || status === "rejected").length === raws.length
      );
    },
    90_000,
  );
  const rows = (await scan(names.tables.submissions)).filter(({ state }) => state !== undefined);
  expect(rows.map(({ state, subject, code }) => [state, subject ?? code]).sort()).toEqual([
    ["refused", "header-too-large"],
    ["unread", "A story"],
    ["unread", "Second"],
  ]);
  const row = rows.find(({ subject }) => subject === "A story");
  expect(row).toMatchObject({
    author: "ann@example.org",
    receipt: { verdicts: { dmarc: "FAIL", spf: "PASS" } },
  });
  const { Body, ContentType } = await clients.s3.send(
    new GetObjectCommand({ Bucket: names.buckets.parts, Key: row?.parts[1].key }),
  );
  expect([await Body?.transformToString(), ContentType]).toEqual([story.toString(), "application/pdf"]);
  // The mail itself stays as it came.
  const raw = { Bucket: row?.raw.bucket, Key: row?.raw.key };
  expect((await clients.s3.send(new HeadObjectCommand(raw))).ContentLength).toBe(good.length);
});

test("submit sends mails and the mails of a mailbox by SMTP and tells what each became", async () => {
  const system = await startLocal(["--min-workers", "1"]);
  onTestFinished(async () => void (await system.interrupt()));
  const folder = mkdtempSync(join(tmpdir(), "fleet-mails-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const story = randomBytes(30_000);
  const dotted = multipart([textPart(".\r\n..\r\nFrom me"), attached(story, "story.bin")]).replaceAll(
    "\r\n",
    "\n",
  );
  writeFileSync(join(folder, "story.eml"), dotted);
  writeFileSync(join(folder, "too-long"), lines(...header, `Subject: ${"long ".repeat(60_000)}`, "", "x"));
  const boxed = ["first", "second"].map(
    (name) =>
      `From ann@example.org Mon Nov  2 10:00:00 2026\n${lines(...header, `Subject: ${name}`, "", ">From here", name)}\n`,
  );
  writeFileSync(join(folder, "stories.mbox"), boxed.join(""));

  const { stdout, stderr, code } = await system.run("scripts/submit.ts", [folder, "--wait", "--json"]);
  const told = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => submitLineSchema.strict().parse(JSON.parse(line)))
    .sort((a, b) => a.input.localeCompare(b.input) || (a.mail ?? 0) - (b.mail ?? 0));
  expect([withoutProgress(stderr), code]).toEqual(["submit: 4 inputs: 3 completed, 1 rejected\n", 0]);
  expect(told.map(({ kind, mail, outcome }) => [kind, mail, outcome])).toEqual([
    ["mail", 1, "completed"],
    ["mail", 2, "completed"],
    ["mail", undefined, "completed"],
    ["mail", undefined, "rejected"],
  ]);
  const { reference, parts } = mailResultSchema.parse(told[2]?.result);
  expect(reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(parts.map(({ name, bytes }) => [name, bytes])).toEqual([
    [null, expect.any(Number)],
    ["story.bin", story.length],
  ]);
  const clients = localClients(system.ready.aws);
  onTestFinished(clients.destroy);
  const Bucket = resourceNames(system.ready.fleet).buckets.parts;
  const read = async (Key = "") => {
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  expect((await read(parts[1]?.key)).equals(story)).toBe(true);
  expect((await read(parts[0]?.key)).toString()).toBe(".\n..\nFrom me");
  const second = mailResultSchema.parse(told[1]?.result).parts[0]?.key;
  expect((await read(second)).toString().trim()).toBe("From here\nsecond");
});
