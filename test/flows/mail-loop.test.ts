// Two magazines that answer mails, wired to each other: what one's SES sends comes to the other by SMTP.
import { expect, onTestFinished, test, vi } from "vitest";
import { type MailFleet, startMailFleet, wire } from "../support/mails/mail-fleet.ts";
import { lines } from "../support/mails/mails.ts";
import { until } from "../support/until.ts";

/** Two whole fleets; a busy machine takes its time. */
vi.setConfig({ testTimeout: 300_000 });

async function twoMagazines(onTheWay?: (raw: Buffer) => Buffer) {
  const [a, b] = await Promise.all([
    startMailFleet("submissions@a-magazine.example"),
    startMailFleet("submissions@b-magazine.example"),
  ]);
  onTestFinished(async () => void (await Promise.all([a.close(), b.close()])));
  const [aToB, bToA] = [wire(a, b, onTheWay), wire(b, a, onTheWay)];
  await Promise.all([a.startWorker("a1"), b.startWorker("b1")]);
  // What would start a loop: a mail to A that comes from B's own address.
  const first = lines(
    `From: ${b.address}`,
    `To: ${a.address}`,
    "Subject: Hello",
    "Message-ID: <1@b-magazine.example>",
    "",
    "x",
  );
  await a.send(first, b.address);
  return { a, b, aToB, bToA };
}

const rows = async (fleet: MailFleet) => (await fleet.submissions()).length;
const reasons = async (fleet: MailFleet) =>
  (await fleet.submissions()).map(({ confirmation }) => confirmation.why);

test("two magazines that get each other's answers stop after one message", async () => {
  const { a, b, aToB, bToA } = await twoMagazines();
  await until("A's answer to be B's submission", async () => (await rows(b)) === 1, 60_000);
  await Promise.all([a.quiet("A to be quiet"), b.quiet("B to be quiet")]);
  expect([await rows(a), await rows(b)]).toEqual([1, 1]);
  expect([aToB.carried.length, bToA.carried.length]).toEqual([1, 0]);
  expect(await reasons(b)).toEqual(["auto-submitted"]);
});

test("where the way between them loses every mark of an automatic answer, each answers the other once", async () => {
  const strip = (raw: Buffer) =>
    Buffer.from(
      raw.toString().replace(/^(Auto-Submitted|X-Auto-Response-Suppress|X-Fleet-Mail):.*\r\n/gm, ""),
    );
  const { a, b, aToB, bToA } = await twoMagazines(strip);
  await until("B's answer to be A's second submission", async () => (await rows(a)) === 2, 60_000);
  await Promise.all([a.quiet("A to be quiet"), b.quiet("B to be quiet")]);
  expect([await rows(a), await rows(b)]).toEqual([2, 1]);
  expect([aToB.carried.length, bToA.carried.length]).toEqual([1, 1]);
  expect(await reasons(a)).toContain("answered-lately");
});
