// The answers to a submission, decided at its commit: in the row and in the planned mails, and at most one answer per
// sender and day, even if mails come twice or at the same time.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { addressHash } from "../../../../../worker/jobs/mail/answers/address.ts";
import { submissionAnswers } from "../../../../../worker/jobs/mail/answers/answers.ts";
import { outgoingMailId, outgoingMailSchema } from "../../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type MailCloud, startMailCloud } from "../../../../support/mails/mail-cloud.ts";
import { header, lines, multipart, textPart } from "../../../../support/mails/mails.ts";
import { silent } from "../../../../support/sandbox.ts";

const verdicts = { spf: "PASS", dkim: "PASS", dmarc: "PASS", spam: "PASS", virus: "PASS" };
const receipt = { source: "ann@example.org", recipients: ["submissions@magazine.example"], verdicts };
const mail = {
  address: "submissions@magazine.example",
  aliases: [],
  editor: "editor@magazine.example",
  answer: "dmarc-pass",
} as const;

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

const story = (text: string) => multipart([textPart(text)], { subject: text });

/** Delivers until the job has ended, like the queue after a lost race. */
async function deliver(raw: string, more: object = {}) {
  const payload = await cloud.receive(raw, { ...receipt, ...more });
  for (let tries = 0; ; tries += 1) {
    try {
      return await cloud.deliver(payload, { mail });
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

const rowOf = async (subject: string) => (await cloud.rows()).find((row) => row.subject === subject);
const planned = async () =>
  (await cloud.items("outgoingMails")).map((item) => outgoingMailSchema.parse(item));

test("a submission, its confirmation and the editor's notification are planned in one commit", async () => {
  await deliver(story("one"));
  const row = await rowOf("one");
  const ids = {
    confirmation: outgoingMailId(row?.id, "confirmation"),
    notification: outgoingMailId(row?.id, "notification"),
  };
  expect(submissionAnswers.parse(row)).toEqual({
    confirmation: { decision: "planned", mailId: ids.confirmation },
    notification: { decision: "planned", mailId: ids.notification },
  });
  const mails = await planned();
  expect(
    mails.map(({ id, to, state, round, reference }) => [id, to, state, round, reference]).sort(),
  ).toEqual(
    [
      [ids.confirmation, "ann@example.org", "planned", 1, row?.reference],
      [ids.notification, "editor@magazine.example", "planned", 1, row?.reference],
    ].sort(),
  );
});

test("the second mail of a day becomes a submission and the editor is notified, but its author is not answered again", async () => {
  for (const text of ["one", "two"]) await deliver(story(text));
  await deliver(story("three"), { source: "Ann+poems@example.org" });
  for (const text of ["two", "three"])
    expect((await rowOf(text))?.confirmation).toEqual({ decision: "withheld", why: "answered-lately" });
  expect((await planned()).filter(({ purpose }) => purpose === "confirmation")).toHaveLength(1);
  expect((await planned()).filter(({ purpose }) => purpose === "notification")).toHaveLength(3);
});

test("of eight simultaneous mails of one author, exactly one is answered and all become submissions", async () => {
  const texts = Array.from({ length: 8 }, (_, index) => `story ${index}`);
  const ended = await Promise.all(texts.map((text) => deliver(story(text))));
  expect(ended.map(({ status }) => status)).toEqual(texts.map(() => "completed"));
  const decisions = (await cloud.rows()).map((row) => submissionAnswers.parse(row).confirmation?.decision);
  expect(decisions.filter((decision) => decision === "planned")).toHaveLength(1);
  expect(decisions).toHaveLength(8);
});

test("one mail delivered twice, at once or later, plans its answers once", async () => {
  await Promise.all([deliver(story("one")), deliver(story("one"))]);
  await deliver(story("one"));
  expect(await cloud.rows()).toHaveLength(1);
  expect(await planned()).toHaveLength(2);
  expect((await rowOf("one"))?.confirmation.decision).toBe("planned");
});

test("a suppressed address is not answered", async () => {
  const suppressedAt = "2026-01-01T00:00:00.000Z";
  await cloud.put("correspondents", { id: addressHash("ANN@example.org"), suppressedAt });
  await deliver(story("one"));
  expect((await rowOf("one"))?.confirmation).toEqual({ decision: "withheld", why: "suppressed" });
});

test("a mail whose header says twice, or only the second time, that it is automatic is not answered", async () => {
  const marks = ["Auto-Submitted: no", "Auto-Submitted: auto-replied"];
  await deliver(lines(...header, "Subject: marked", ...marks, "", "x"));
  expect((await rowOf("marked"))?.confirmation).toEqual({ decision: "withheld", why: "auto-submitted" });
});

test("a fleet without its own address accepts submissions and plans no mail", async () => {
  await cloud.deliver(await cloud.receive(story("one"), receipt));
  expect((await rowOf("one"))?.confirmation).toEqual({ decision: "withheld", why: "not-configured" });
  expect(await planned()).toEqual([]);
});
