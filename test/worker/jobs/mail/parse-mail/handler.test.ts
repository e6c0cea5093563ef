// parse-mail, from a raw mail in a bucket to its parts, row and reference, or to one recorded refusal.
import { randomBytes } from "node:crypto";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { partName } from "../../../../../worker/jobs/mail/parse-mail/child/part-name.ts";
import { referenceOf } from "../../../../../worker/jobs/mail/parse-mail/reference.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type MailCloud, startMailCloud } from "../../../../support/mails/mail-cloud.ts";
import { mail as settings } from "../../../../support/mails/mail-out.ts";
import { attached, header, lines, multipart, textPart } from "../../../../support/mails/mails.ts";
import { silent } from "../../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: MailCloud;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["parse-mail"] });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  cloud = await startMailCloud(sandbox);
});
afterEach(() => cloud.close());

test("a mail becomes one unread submission, and the sender has no influence on the keys of its parts", async () => {
  const story = randomBytes(5000);
  const mail = multipart([textPart("Read me."), attached(story, "../../story.bin")]);
  const timestamp = "2026-11-02T10:00:00.000Z";
  const verdicts = { spf: "PASS", dmarc: "FAIL" };
  const payload = await cloud.receive(mail, { timestamp, verdicts, recipients: ["in@magazine.example"] });
  const { status, result } = await cloud.deliver(payload);
  expect(status).toBe("completed");
  const [row, ...others] = await cloud.rows();
  expect(others).toEqual([]);
  expect(result).toEqual({ submissionId: row?.id, reference: row?.reference, parts: 2 });
  expect(row).toMatchObject({
    state: "unread",
    author: "ann@example.org",
    subject: "A story",
    receivedAt: timestamp,
    receipt: { verdicts },
    raw: { bucket: payload.bucket, key: payload.key },
    parts: [
      { n: 1, role: "text", contentType: "text/plain; charset=utf-8" },
      { n: 2, role: "attachment", name: "_.._story.bin", bytes: 5000 },
    ],
  });
  expect(row?.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(await cloud.partKeys()).toEqual([`submissions/${row?.id}/1`, `submissions/${row?.id}/2`]);
  expect((await cloud.part(`submissions/${row?.id}/2`)).body.equals(story)).toBe(true);
});

test("the same mail received twice at once is one submission with one reference", async () => {
  const mail = multipart([textPart("twice")]);
  const [one, two] = [await cloud.receive(mail), await cloud.receive(mail)];
  const outcomes = await Promise.allSettled([cloud.deliver(one), cloud.deliver(two)]);
  // The second one may have to read again.
  for (const [index, payload] of [one, two].entries())
    if (outcomes[index]?.status === "rejected") await cloud.deliver(payload);
  const rows = await cloud.rows();
  expect(rows).toHaveLength(1);
  expect(await cloud.references()).toEqual([
    { id: `reference/${rows[0]?.reference}`, submissionId: rows[0]?.id },
  ]);
  const third = await cloud.deliver(await cloud.receive(mail));
  expect(third.result).toMatchObject({ submissionId: rows[0]?.id, repeated: true });
});

test("a reference stays with its owner, and a submission with another one is found although its first is free again", async () => {
  const mail = multipart([textPart("unlucky")]);
  const remove = (id: unknown) =>
    cloud.db.send(new DeleteCommand({ TableName: cloud.names.tables.submissions, Key: { id } }));
  const { result } = await cloud.deliver(await cloud.receive(mail));
  const id = String(result?.submissionId);
  await remove(id);
  await remove(`reference/${result?.reference}`);
  await cloud.put("submissions", { id: `reference/${referenceOf(id)}`, submissionId: "another" });
  const taken = { submissionId: id, reference: referenceOf(id, 1), parts: 1 };
  expect((await cloud.deliver(await cloud.receive(mail))).result).toEqual(taken);
  expect(await cloud.references()).toContainEqual({
    id: `reference/${referenceOf(id)}`,
    submissionId: "another",
  });
  await remove(`reference/${referenceOf(id)}`);
  const again = await cloud.receive(mail);
  await expect(cloud.deliver(again)).rejects.toThrow("another job wrote the submission");
  expect((await cloud.deliver(again)).result).toEqual({ ...taken, repeated: true });
  expect(await cloud.rows()).toHaveLength(1);
});

test("mails with different content are different submissions, even with the same Message-ID", async () => {
  for (const text of ["first", "second"])
    await cloud.deliver(await cloud.receive(multipart([textPart(text)])));
  expect(new Set((await cloud.rows()).map(({ reference }) => reference)).size).toBe(2);
});

test("a mail that cannot be a submission is one recorded refusal, even if it comes several times", async () => {
  const bad = lines(...header, `Subject: ${"a ".repeat(400_000)}`, "", "x");
  for (let time = 0; time < 2; time += 1)
    expect(await cloud.deliver(await cloud.receive(bad))).toEqual({
      status: "rejected",
      code: "header-too-large",
    });
  for (const nothing of ["", "\r\n"])
    expect(await cloud.deliver(await cloud.receive(nothing))).toMatchObject({ code: "empty-mail" });
  const gone = { ...(await cloud.receive("x")), key: "raw/nowhere" };
  expect(await cloud.deliver(gone)).toMatchObject({ status: "rejected", code: "source-gone" });
  const codes = (await cloud.rows()).map(({ state, code }) => [state, code]).sort();
  expect(codes).toEqual([
    ["refused", "empty-mail"],
    ["refused", "empty-mail"],
    ["refused", "header-too-large"],
  ]);
  expect(await cloud.partKeys()).toEqual([]);
});

test("a mail without From, Message-ID and subject is a submission that nobody is notified of", async () => {
  expect(await cloud.deliver(await cloud.receive("\r\nonly this\r\n"))).toMatchObject({
    status: "completed",
  });
  const [row] = await cloud.rows();
  expect([row?.author, row?.subject, row?.state]).toEqual([undefined, undefined, "unread"]);
});

test("of very many recipients a hundred are kept and all are counted, and ours is among them wherever it stands", async () => {
  const others = Array.from({ length: 1500 }, (_, n) => ` Reader Number ${n} <reader${n}@list.example.org>`);
  const to = [...others, " Submissions@magazine.example", ...others.slice(0, 100)].join(",\r\n");
  const mail = multipart([textPart("For all.")]).replace(/^To: .*$/m, () => `To:${to}`);
  expect(mail.length).toBeGreaterThan(70_000);
  const receipt = { source: "ann@example.org", verdicts: { spf: "PASS", dmarc: "PASS" } };
  await cloud.deliver(await cloud.receive(mail, receipt), { mail: settings });
  const [row] = await cloud.rows();
  expect(row?.facts.recipientCount).toBe(1601);
  expect(row?.facts.recipients).toHaveLength(100);
  expect(row?.facts.recipients).toContain("Submissions@magazine.example");
  expect(row?.confirmation.decision).toBe("planned");
});

test("a row with 328 attachments with the longest names is below a third of DynamoDB's limit", async () => {
  const name = (index: number) => `${index}-${"é".repeat(400)}.txt`;
  const all = Array.from({ length: 328 }, (_, index) =>
    attached(Buffer.from(`${index}`), "", {
      parameter: `filename*=utf-8''${encodeURIComponent(name(index))}`,
    }),
  );
  const { result } = await cloud.deliver(await cloud.receive(multipart([textPart("many"), ...all])));
  expect(result).toMatchObject({ parts: 329 });
  const [row] = await cloud.rows();
  expect(row?.parts[328].name).toMatch(/^327-é+$/);
  expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan((400 * 1024) / 3);
});

test("a taken reference stays with its owner", () => {
  expect(referenceOf("a", 1)).not.toBe(referenceOf("a"));
});

test("no name of a part is ever a path, has a control character or exceeds 255 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 600 }), (given) => {
      const name = partName(given);
      if (name === undefined) return;
      expect(name).not.toMatch(/[/\\\p{Cc}\u202e]|^\./u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    }),
  );
});
