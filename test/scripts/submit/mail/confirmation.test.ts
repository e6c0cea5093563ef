// What is told of a submission's confirmation, over real rows.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { confirmationOf, createMailWatch } from "../../../../scripts/submit/mail/confirmation.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import type { OutgoingMail } from "../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";

let provisioned: Provisioned;
let table: string;
beforeAll(async () => {
  provisioned = await startProvisioned();
  table = (await provisioned.provision("answers")).tables.outgoingMails;
});
afterAll(() => provisioned.close());

const at = "2026-11-02T10:00:00.000Z";
const put = (id: string, state: OutgoingMail["state"], reason?: string) => {
  const row = {
    id,
    purpose: "confirmation",
    submissionId: "s",
    reference: "K7Q2-9MPD",
    to: "a@x.example",
    round: 1,
  };
  const Item = { ...row, state, createdAt: at, updatedAt: at, ...(reason && { reason }) };
  return provisioned.db.send(new PutCommand({ TableName: table, Item }));
};
const watch = () => createMailWatch({ db: provisioned.db, table, clock: systemClock });
const planned = (mailId: string) => ({ confirmation: { decision: "planned", mailId } });

test("a withheld confirmation is told with its reason", async () => {
  const row = { confirmation: { decision: "withheld", why: "list" } };
  expect(await confirmationOf(row, watch())).toEqual({
    confirmation: "withheld",
    why: "The mail comes from a mailing list.",
  });
  expect(await confirmationOf({}, watch())).toMatchObject({ confirmation: "withheld" });
});

test("a planned one is waited for until it is known what became of it", async () => {
  await put("later", "planned");
  const told = confirmationOf(planned("later"), watch());
  await put("later", "sending");
  await put("later", "sent");
  expect(await told).toEqual({ confirmation: "sent", why: null });
});

test.each([
  ["rejected", "MessageRejected: no", "The mail was refused: MessageRejected: no"],
  ["suppressed", undefined, "The author's address is on the suppression list."],
  ["ambiguous", "no answer in time", "Nobody knows whether the mail was sent: no answer in time"],
] as const)("one that ended as %s counts as withheld and says why", async (state, reason, why) => {
  await put(state, state, reason);
  expect(await confirmationOf(planned(state), watch())).toEqual({ confirmation: "withheld", why });
});

test("one still planned when the waiting ends is told as such, to everybody who waits for it", async () => {
  await put("never", "planned");
  const mails = watch();
  const both = [confirmationOf(planned("never"), mails), confirmationOf(planned("never"), mails)];
  // The rows are read first; the watch closes while both wait.
  await new Promise((resolve) => setImmediate(resolve));
  mails.close();
  const why = "The mail is planned; it was not sent before the waiting ended.";
  for (const told of both) expect(await told).toEqual({ confirmation: "withheld", why });
});
