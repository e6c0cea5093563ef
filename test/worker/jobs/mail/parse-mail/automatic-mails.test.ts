// Runs 300 bounces, automatic answers, list mails and forgeries through parse-mail: each becomes one row and none is
// answered, but people's mails among them are.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { submissionAnswers } from "../../../../../worker/jobs/mail/answers/answers.ts";
import { outgoingMailSchema } from "../../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { automaticMails, ours } from "../../../../support/mails/automatic-mails.ts";
import { type MailCloud, startMailCloud } from "../../../../support/mails/mail-cloud.ts";
import { mail as settings } from "../../../../support/mails/mail-out.ts";
import { lines } from "../../../../support/mails/mails.ts";
import { silent } from "../../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: MailCloud;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["parse-mail"] });
  cloud = await startMailCloud(sandbox);
});
afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const pass = { spf: "PASS", dkim: "PASS", dmarc: "PASS", spam: "PASS", virus: "PASS" };

test("300 automatic and forged mails become 300 rows and no confirmation; people among them are answered", async () => {
  const machines = automaticMails(12);
  expect(machines).toHaveLength(300);
  const people = Array.from({ length: 20 }, (_, n) => {
    const source = `ann${n}@authors.example`;
    const subjects = [
      "A story",
      "Re: my submission",
      "The bouncer",
      "Out of the blue",
      "Returned",
      "Automatic for the people",
    ];
    const raw = lines(
      `From: Ann <${source}>`,
      `To: ${ours}`,
      `Subject: ${subjects[n % subjects.length]}`,
      `Message-ID: <${n}@x.example>`,
      "",
      `Story ${n}.`,
    );
    return { family: "person", raw, source, verdicts: {} };
  });
  const families = new Map<string, string>();
  const deliver = async ({ family, raw, source, verdicts }: (typeof machines)[number]) => {
    const receipt = { source, recipients: [ours], verdicts: { ...pass, ...verdicts } };
    const { status, result } = await cloud.deliver(await cloud.receive(raw, receipt), { mail: settings });
    expect({ family, status }).toEqual({ family, status: "completed" });
    families.set(String(result?.submissionId), family);
  };
  const waiting = [...machines, ...people];
  const next = async () => {
    for (let mail = waiting.shift(); mail !== undefined; mail = waiting.shift()) await deliver(mail);
  };
  await Promise.all([next(), next(), next(), next()]);

  const rows = await cloud.rows();
  expect(rows).toHaveLength(machines.length + people.length);
  const answered = rows.map((row) => {
    const { confirmation } = submissionAnswers.parse(row);
    const why = confirmation?.decision === "withheld" ? confirmation.why : undefined;
    return { family: families.get(row.id), decision: confirmation?.decision, why };
  });
  const wrong = answered.filter(({ family, decision }) => (family === "person") !== (decision === "planned"));
  expect(wrong).toEqual([]);
  // No mail is withheld only because another mail of the same sender was answered.
  expect(answered.filter(({ why }) => why === "answered-lately")).toEqual([]);
  const mails = (await cloud.items("outgoingMails")).map((item) => outgoingMailSchema.parse(item));
  expect(mails.filter(({ purpose }) => purpose === "confirmation")).toHaveLength(people.length);
});
