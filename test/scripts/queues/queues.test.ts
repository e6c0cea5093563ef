// The operator's tool with a real cloud: ambiguous mails are listed, settled once, and sent again on request.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MailOut, startMailOut } from "../../support/mails/mail-out.ts";
import { catalogJobs, jsonLines, queuesCommand } from "../../support/queues-command.ts";

let out: MailOut;

beforeAll(async () => {
  out = await startMailOut();
});
afterAll(() => out.close());

/** Runs the command in this process, with streams that keep what is written. */
async function queues(args: string[], { now = Date.now() } = {}) {
  const env = { AWS_ENDPOINT_URL: out.cloud.url, FLEET_NAME: out.names.fleet };
  return queuesCommand(env, catalogJobs)(args, { now: () => now });
}

async function listed(options: { now?: number } = {}): Promise<Record<string, unknown>[]> {
  const { stdout } = await queues(["ambiguous", "--json"], options);
  return jsonLines(stdout);
}

/** A mail that SES accepted without an answer. */
async function ambiguousMail() {
  const mail = await out.plan();
  out.breakSes({ kind: "drop-answer" });
  await out.deliver(mail);
  return mail;
}

const outbox = async () => (await out.items("outbox")).length;

test("an ambiguous mail is listed with all that an operator needs, until it is settled", async () => {
  const mail = await ambiguousMail();
  const found = (await listed()).find(({ mailId }) => mailId === mail.id);
  expect(found).toMatchObject({
    v: 1,
    mailId: mail.id,
    purpose: "confirmation",
    state: "ambiguous",
    to: mail.to,
    reference: mail.reference,
    submissionId: mail.submissionId,
    round: 1,
    since: expect.stringMatching(/^\d{4}-/),
    reason: expect.any(String),
  });
  expect((await queues(["ambiguous"])).stdout).toContain(`confirmation ${mail.reference} to ${mail.to}`);
  const settled = await queues(["ambiguous", "--settle", mail.id, "--json"]);
  expect([settled.code, JSON.parse(settled.stdout)]).toEqual([
    0,
    { v: 1, mailId: mail.id, action: "settled" },
  ]);
  expect(await out.row(mail)).toMatchObject({ state: "settled", settledBy: "olga" });
  expect((await listed()).some(({ mailId }) => mailId === mail.id)).toBe(false);
  await out.deliver(mail);
  expect(out.taken(mail)).toHaveLength(1);
});

test("a mail is sent again once, even when two operators ask at the same moment", async () => {
  const mail = await ambiguousMail();
  const rows = await outbox();
  const asked = await Promise.all([1, 2].map(() => queues(["ambiguous", "--resend", mail.id.slice(0, 8)])));
  expect(asked.map(({ code }) => code).sort()).toEqual([0, 1]);
  expect(asked.map(({ stderr }) => stderr).join("")).toMatch(
    /queues: (mail .* has changed meanwhile|no ambiguous or refused)/,
  );
  expect((await outbox()) - rows).toBe(1);
  expect(await out.row(mail)).toMatchObject({ state: "planned", round: 2, resentBy: "olga" });
  await out.deliver({ ...mail, round: 2 });
  await out.deliver(mail);
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["sent", 2]);
});

test("only an ambiguous or a refused mail can be sent again", async () => {
  const mail = await out.plan();
  await out.deliver(mail);
  const { code, stderr } = await queues(["ambiguous", "--resend", mail.id]);
  expect([code, stderr]).toEqual([1, `queues: no ambiguous or refused mail has the id ${mail.id}\n`]);
});

test("a mail that SES refused is listed on request and can be sent again, once", async () => {
  const mail = await out.plan();
  out.breakSes({ kind: "error", status: 400, code: "MessageRejected", message: "It looks like spam." });
  expect(await out.deliver(mail)).toMatchObject({ outcome: "rejected" });
  const ids = async (...more: string[]) =>
    (await queues(["ambiguous", ...more, "--json"])).stdout.includes(mail.id);
  expect([await ids(), await ids("--refused")]).toEqual([false, true]);
  expect((await queues(["ambiguous", "--settle", mail.id])).code).toBe(1);
  expect((await queues(["ambiguous", "--resend", mail.id])).code).toBe(0);
  await out.deliver({ ...mail, round: 2 });
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["sent", 1]);
  expect(await ids("--refused")).toBe(false);
});

test("a mail whose worker ended while sending it is listed after ten minutes", async () => {
  const updatedAt = new Date().toISOString();
  const mail = await out.plan({ state: "sending", token: "gone", updatedAt });
  const ids = async (now: number) => (await listed({ now })).map(({ mailId }) => mailId);
  expect(await ids(Date.parse(updatedAt) + 9 * 60_000)).not.toContain(mail.id);
  expect(await ids(Date.parse(updatedAt) + 11 * 60_000)).toContain(mail.id);
  expect((await queues(["ambiguous", "--settle", mail.id], { now: Date.now() + 11 * 60_000 })).code).toBe(0);
});

test("an address on the suppression list gets no mail until it is lifted", async () => {
  const [first, second] = [
    await out.plan({ to: "Sue@example.org" }),
    await out.plan({ to: "sue@example.org" }),
  ];
  expect(await queues(["suppress", "SUE@example.org"])).toMatchObject({ code: 0 });
  expect(await out.deliver(first)).toMatchObject({ outcome: "rejected", code: "suppressed" });
  await queues(["suppress", "sue@example.org", "--lift"]);
  expect(await out.deliver(second)).toMatchObject({ outcome: "completed" });
  expect(out.taken(second)).toHaveLength(1);
});

test("bad arguments are refused with what they take, and exit code 2", async () => {
  const cases: [string[], RegExp][] = [
    [[], /Usage: queues|no sub-command/],
    [["ambiguous", "--settle", "xyz"], /6 digits or more/],
    [["ambiguous", "--settle", "abcdef", "--resend", "abcdef"], /cannot be used with/],
    [["suppress", "nobody"], /takes a mail address/],
    [["forget"], /unknown command/],
  ];
  for (const [args, text] of cases) {
    const { code, stderr, stdout } = await queues(args);
    expect([args, code]).toEqual([args, 2]);
    expect(stderr + stdout).toMatch(text);
  }
  expect((await queues(["--help"])).code).toBe(0);
});
