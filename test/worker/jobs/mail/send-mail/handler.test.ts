// One planned mail and its job, with any answer of SES or none: at most one mail is sent. If the outcome is unknown, the
// row says so and nothing is sent again.
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type DeclaredRule, type FaultRule, ruleFrom } from "../../../../../scripts/local/gateway/faults.ts";
import { addressHash } from "../../../../../worker/jobs/mail/answers/address.ts";
import type { MailPurpose } from "../../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { type MailOut, startMailOut } from "../../../../support/mails/mail-out.ts";
import { until } from "../../../../support/until.ts";

let out: MailOut;

beforeAll(async () => {
  out = await startMailOut();
});
afterAll(() => out.close());
/** A fault that no call has met would hit the next test. */
afterEach(() => void out.cloud.faults.splice(0));

type Fault = DeclaredRule["fault"];

test("a planned mail is sent once, and its row has the id that SES gave it", async () => {
  const mail = await out.plan();
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
  const [taken, ...more] = out.taken(mail);
  expect(more).toEqual([]);
  expect(taken).toMatchObject({ from: "submissions@magazine.example", to: [mail.to] });
  expect(await out.row(mail)).toMatchObject({ state: "sent", sesMessageId: taken?.messageId });
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed", replayed: true });
  expect(out.taken(mail)).toHaveLength(1);
});

test("a mail whose purpose only a later version knows waits for a worker of that version; a damaged row is a failure", async () => {
  const mail = await out.plan({ purpose: "reminder" as MailPurpose });
  const cause = expect.stringMatching(/newer than this worker, which does not know the value of purpose$/);
  expect(await out.deliver(mail)).toMatchObject({ outcome: "put off", cause });
  expect(out.taken(mail)).toHaveLength(0);
  const { to: _, ...damaged } = { ...mail, purpose: "confirmation" as const };
  await out.put("outgoingMails", damaged);
  expect(await out.deliver(mail)).toMatchObject({ outcome: "retried" });
  await out.put("outgoingMails", { ...damaged, to: mail.to });
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
  expect(out.taken(mail)).toHaveLength(1);
});

const unknown: [string, Fault, number][] = [
  ["the connection breaks before SES saw the mail", { kind: "drop-before-apply" }, 0],
  ["SES took it and the answer is lost", { kind: "drop-answer" }, 1],
  ["the answer breaks off in its body", { kind: "reset-in-body" }, 1],
  ["SES says 500", { kind: "error", status: 500, code: "InternalFailure" }, 0],
  ["SES says 503", { kind: "error", status: 503, code: "ServiceUnavailable" }, 0],
  ["SES takes it and answers too late", { kind: "delay", afterMs: 3000 }, 1],
  ["SES never answers", { kind: "delay", beforeMs: 3_600_000 }, 0],
];

test.each(unknown)("when %s, the mail is ambiguous and never sent again", async (_, fault, mails) => {
  const mail = await out.plan();
  out.breakSes(fault);
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
  expect(await out.row(mail)).toMatchObject({ state: "ambiguous", reason: expect.any(String) });
  await out.deliver(mail);
  expect(out.taken(mail)).toHaveLength(mails);
});

const puttingOff: Fault[] = [
  { kind: "error", status: 429, code: "TooManyRequestsException" },
  { kind: "error", status: 400, code: "Throttling" },
  { kind: "error", status: 400, code: "SendingPausedException" },
  { kind: "error", status: 403, code: "AccessDeniedException" },
  { kind: "error", status: 400, code: "MailFromDomainNotVerifiedException" },
  { kind: "error", status: 404, code: "NotFoundException" },
  { kind: "error", status: 400, code: "SomethingNewException" },
  {
    kind: "error",
    status: 400,
    code: "MessageRejected",
    message:
      "Email address is not verified. The following identities failed the check in region EU-WEST-1: ann",
  },
];

test.each(puttingOff)(
  "when SES certainly did not accept it ($code), the mail is put off and sent later",
  async (fault) => {
    const mail = await out.plan();
    out.breakSes(fault);
    expect(await out.deliver(mail)).toMatchObject({ outcome: "put off" });
    expect(await out.row(mail)).toMatchObject({ state: "planned" });
    expect(out.taken(mail)).toHaveLength(0);
    expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
    expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["sent", 1]);
  },
);

test("a mail that SES refuses permanently is recorded as rejected, without SES's message in the job", async () => {
  const mail = await out.plan();
  out.breakSes({ kind: "error", status: 400, code: "MessageRejected", message: `no: ${mail.to}` });
  const ended = await out.deliver(mail);
  expect(ended).toMatchObject({ outcome: "rejected", code: "refused-by-ses" });
  expect(JSON.stringify(ended)).not.toContain(mail.to);
  expect(await out.row(mail)).toMatchObject({ state: "rejected", reason: `MessageRejected: no: ${mail.to}` });
});

test("a mail with another run's mark is ambiguous and not sent", async () => {
  const mail = await out.plan({ state: "sending", token: "of a dead run" });
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["ambiguous", 0]);
});

test.each(["sent", "rejected", "ambiguous", "suppressed"] as const)(
  "a mail that is %s already is left as it is, and its job is done",
  async (state) => {
    const mail = await out.plan({ state });
    expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
    expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual([state, 0]);
  },
);

/** Does something when the mark of a mail has been written, before SES can be called. */
function afterMark(act: () => void): () => void {
  let transactions = 0;
  const rule: FaultRule = ({ service, action }) => {
    if (service === "dynamodb" && action === "TransactWriteItems" && ++transactions === 1) act();
    return undefined;
  };
  out.cloud.faults.push(rule);
  return () => void out.cloud.faults.splice(out.cloud.faults.indexOf(rule), 1);
}

test("a run that stood still for seconds after its mark does not call SES: another may have taken its mark for a dead run's", async () => {
  const mail = await out.plan();
  let lateMs = 0;
  const { now } = performance;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + lateMs);
  onTestFinished(() => clock.mockRestore());
  onTestFinished(
    afterMark(() => {
      lateMs = 6000;
    }),
  );
  expect(await out.deliver(mail)).toMatchObject({ outcome: "put off" });
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["planned", 0]);
});

test("a run that is told to end between its mark and the call to SES does not call it", async () => {
  const mail = await out.plan();
  const stop = new AbortController();
  const calls: string[] = [];
  // After the write and before its answer: the note of the interruption must not overtake the mark.
  const unsubscribe = out.cloud.requests.subscribe(({ action }) => {
    if (action === "TransactWriteItems" || action === "SendEmail") calls.push(action);
    if (calls.length === 1) stop.abort();
  });
  onTestFinished(() => void unsubscribe());
  expect(await out.deliver(mail, undefined, stop.signal)).toMatchObject({ outcome: "returned" });
  // The run is left behind; it tries to take its mark back, or calls SES.
  await until("what the run does after its mark", () => calls.length === 2);
  expect([calls, out.taken(mail)]).toEqual([["TransactWriteItems", "TransactWriteItems"], []]);
});

/** How often the SDK sends a call to DynamoDB (worker/process/clients.ts). */
const triesOfOneCall = 6;

test("a mark whose answers are all lost is looked up, and the mail is sent", async () => {
  const mail = await out.plan();
  // The tries take some time; the run must not take itself for late.
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  onTestFinished(() => clock.mockRestore());
  let transactions = 0;
  const rule: FaultRule = ({ service, action }) => {
    if (service !== "dynamodb" || action !== "TransactWriteItems") return undefined;
    transactions += 1;
    return transactions <= triesOfOneCall ? { kind: "drop-answer" } : undefined;
  };
  out.cloud.faults.push(rule);
  onTestFinished(() => void out.cloud.faults.splice(out.cloud.faults.indexOf(rule), 1));
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["sent", 1]);
});

test("what a mail is about is read consistently: its job may run right after the commit that planned it", async () => {
  const mail = await out.plan();
  const reads: unknown[] = [];
  const rule: FaultRule = ({ action, request }) => {
    if (action === "GetItem") reads.push(JSON.parse(request.body.toString()).ConsistentRead);
    return undefined;
  };
  out.cloud.faults.push(rule);
  await out.deliver(mail);
  expect(reads.length).toBeGreaterThanOrEqual(2);
  expect(new Set(reads)).toEqual(new Set([true]));
});

test("many workers with the same mail at once send it at most once", async () => {
  const mail = await out.plan();
  await Promise.all(Array.from({ length: 6 }, () => out.deliver(mail)));
  expect(out.taken(mail).length).toBeLessThanOrEqual(1);
  await out.deliver(mail);
  const { state } = await out.row(mail);
  // A run that lost its claim after SES accepted the mail cannot record it, so the next run finds it ambiguous.
  expect(["sent", "ambiguous"]).toContain(state);
  if (state === "sent") expect(out.taken(mail)).toHaveLength(1);
});

test.each(["drop-answer", "reset-in-body", "duplicate", "drop-before-apply"] as const)(
  "when the response to a mark or a commit suffers from %s, no mail is sent twice and none is lost",
  async (kind) => {
    const mail = await out.plan();
    const rule = ruleFrom({ service: "dynamodb", action: "TransactWriteItems", nth: 2, fault: { kind } });
    out.cloud.faults.push(rule);
    await out.deliver(mail);
    await out.deliver(mail);
    out.cloud.faults.splice(out.cloud.faults.indexOf(rule), 1);
    expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["sent", 1]);
  },
);

test("an address suppressed after the mail was planned gets nothing", async () => {
  const mail = await out.plan();
  await out.put("correspondents", { id: addressHash(mail.to), suppressedAt: "2026-11-02T10:00:00.000Z" });
  expect(await out.deliver(mail)).toMatchObject({ outcome: "rejected", code: "suppressed" });
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["suppressed", 0]);
});

test("a job of an earlier round does nothing", async () => {
  const mail = await out.plan({ round: 2 });
  expect(await out.deliver({ ...mail, round: 1 })).toMatchObject({ outcome: "completed" });
  expect([(await out.row(mail)).state, out.taken(mail).length]).toEqual(["planned", 0]);
});

test("a worker without mail settings leaves the mail to a worker that has them", async () => {
  const mail = await out.plan();
  const { deliver } = out;
  expect(await deliver(mail, null)).toMatchObject({
    outcome: "put off",
    cause: expect.stringContaining("FLEET_MAIL_ADDRESS"),
  });
  expect((await out.row(mail)).state).toBe("planned");
});

test("whatever SES does over several deliveries, no mail is sent twice and none is recorded as sent that was not", async () => {
  const fault = fc.constantFrom<Fault[]>(
    { kind: "drop-before-apply" },
    { kind: "drop-answer" },
    { kind: "reset-in-body" },
    { kind: "error", status: 429, code: "TooManyRequestsException" },
    { kind: "error", status: 500, code: "InternalFailure" },
    { kind: "error", status: 400, code: "MessageRejected" },
    { kind: "delay", beforeMs: 0, afterMs: 0 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 5 }), async (faults) => {
      const mail = await out.plan();
      out.cloud.faults.length = 0;
      for (const each of faults) {
        out.breakSes(each);
        await out.deliver(mail);
      }
      const { state } = await out.row(mail);
      const taken = out.taken(mail).length;
      expect(taken).toBeLessThanOrEqual(1);
      if (state === "sent") expect(taken).toBe(1);
      if (state === "planned" || state === "rejected") expect(taken).toBe(0);
      expect(state).not.toBe("sending");
    }),
    { numRuns: 25 },
  );
});

test("the daily mail lists what nobody has looked at, the oldest first, as plain lines", async () => {
  const at = (hour: number) => `2026-11-02T1${hour}:00:00.000Z`;
  const story = (n: number, more: object = {}) =>
    out.put("submissions", {
      id: `doubt-${n}`,
      reference: `AAAA-000${n}`,
      state: "unread",
      receivedAt: at(n),
      author: `ann${n}@example.org`,
      subject: `Story ${n}\r\nBcc: x@example.org`,
      reason: "withheld, please look: it came over a mailing list",
      ...more,
    });
  await story(2);
  await story(1);
  await story(3, { state: "reading" });
  await story(4, { reason: undefined });
  const mail = await out.plan({ purpose: "withheld", submissionId: "withheld/2026-11-02T00:00:00.000Z" });
  expect(await out.deliver(mail)).toMatchObject({ outcome: "completed" });
  const raw = out.taken(mail)[0]?.raw.toString() ?? "";
  expect(raw).toMatch(/^Subject: 2 submissions withheld, please look\r$/m);
  expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(raw.indexOf("AAAA-0001")).toBeLessThan(raw.indexOf("AAAA-0002"));
  expect(raw).toContain("Subject: Story 1 Bcc: x@example.org");
  expect(raw).toContain("withheld, please look: it came over a mailing list");
  expect(raw).not.toMatch(/AAAA-000[34]/);
});
