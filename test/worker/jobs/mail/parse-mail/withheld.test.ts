// Submissions whose answer is withheld on doubt: marked in their rows, and told to the editor in one mail a day.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { outgoingMailSchema } from "../../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type MailCloud, startMailCloud } from "../../../../support/mails/mail-cloud.ts";
import { mail as settings } from "../../../../support/mails/mail-out.ts";
import { header, lines } from "../../../../support/mails/mails.ts";
import { silent } from "../../../../support/sandbox.ts";

const verdicts = { spf: "PASS", dkim: "PASS", dmarc: "PASS", spam: "PASS", virus: "PASS" };
const morning = Date.UTC(2026, 10, 2, 9);

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

/** Delivers a mail until its job has ended, like the queue after a lost race. */
async function deliver(subject: string, fields: string[], at = morning, mail = settings) {
  const raw = lines(...header, `Subject: ${subject}`, ...fields, "", `This is ${subject}.`);
  const payload = await cloud.receive(raw, { source: "ann@example.org", verdicts });
  for (let tries = 0; ; tries += 1) {
    try {
      return await cloud.deliver(payload, { mail, now: () => at });
    } catch (error) {
      if (tries === 8) throw error;
    }
  }
}

const overList = ["List-Id: <stories.example.org>"];
const mails = async () => (await cloud.items("outgoingMails")).map((item) => outgoingMailSchema.parse(item));
const rowOf = async (subject: string) => (await cloud.rows()).find((row) => row.subject === subject);

test("a mail in doubt is a submission like any other, marked, unanswered, and told at the day's end", async () => {
  await deliver("one", overList);
  expect(await rowOf("one")).toMatchObject({
    state: "unread",
    reason: "withheld, please look: it came over a mailing list",
    signs: ["list"],
    confirmation: { decision: "withheld", why: "doubtful" },
    notification: { decision: "withheld", why: "doubtful" },
  });
  expect(await mails()).toMatchObject([
    {
      purpose: "withheld",
      to: settings.editor,
      state: "planned",
      submissionId: "withheld/2026-11-02T00:00:00.000Z",
    },
  ]);
  const [job] = await cloud.items("outbox");
  // Three minutes after midnight: the index that the mail is made from lags.
  expect(job).toMatchObject({ notBefore: "2026-11-03T00:03:00.000Z", dueAt: "2026-11-03T00:03:00.000Z" });
});

test("however many come at once, a day has one mail, and the next day another", async () => {
  await Promise.all(Array.from({ length: 6 }, (_, n) => deliver(`story ${n}`, overList)));
  await deliver("late", overList, morning + 14 * 3_600_000);
  expect(await cloud.rows()).toHaveLength(7);
  expect(await mails()).toHaveLength(1);
  await deliver("tomorrow", overList, morning + 24 * 3_600_000);
  expect((await mails()).map(({ reference }) => reference).sort()).toEqual([
    "2026-11-02T00:00:00.000Z",
    "2026-11-03T00:00:00.000Z",
  ]);
});

test("certain machines and people plan no such mail, and neither does a fleet without an editor", async () => {
  await deliver("bounce", ["Auto-Submitted: auto-replied"]);
  await deliver("person", ["X-Auto-Response-Suppress: DR, OOF, AutoReply"]);
  await deliver("no editor", overList, morning, { ...settings, editor: undefined });
  expect((await mails()).map(({ purpose }) => purpose).sort()).toEqual(["confirmation", "notification"]);
  expect(await rowOf("bounce")).not.toHaveProperty("signs");
  expect(await rowOf("no editor")).toMatchObject({ signs: ["list"], notification: { why: "no-editor" } });
});

test("a shorter time of gathering is a setting", async () => {
  await deliver("one", overList, morning + 61_000, { ...settings, withheldSeconds: 60 });
  expect(await mails()).toMatchObject([{ reference: "2026-11-02T09:01:00.000Z" }]);
  expect(await cloud.items("outbox")).toMatchObject([{ notBefore: "2026-11-02T09:03:00.000Z" }]);
});
