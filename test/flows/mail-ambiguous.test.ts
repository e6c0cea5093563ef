// SES at its worst, and workers that die while they ask it: no mail goes out twice, and every one nobody can know of is on
// the operator's list.
import { expect, onTestFinished, test, vi } from "vitest";
import { type DeclaredRule, ruleFrom } from "../../scripts/local/gateway/faults.ts";
import { startMailFleet } from "../support/mails/mail-fleet.ts";
import { lines } from "../support/mails/mails.ts";
import { until } from "../support/until.ts";

/** These flows start whole fleets; a busy machine takes its time. */
vi.setConfig({ testTimeout: 300_000 });

const address = "submissions@magazine.example";

async function magazine(settings: Record<string, string> = {}) {
  const fleet = await startMailFleet(address, settings);
  onTestFinished(() => fleet.close());
  const breakSes = (fault: DeclaredRule["fault"], more: Partial<DeclaredRule> = {}) =>
    void fleet.cloud.faults.push(ruleFrom({ service: "ses", action: "SendEmail", fault, ...more }));
  const story = (n: number) =>
    lines(
      `From: Ann <ann${n}@authors.example>`,
      `To: ${address}`,
      `Subject: Story ${n}`,
      `Message-ID: <${n}@x.example>`,
      "",
      `Story ${n}.`,
    );
  return { fleet, breakSes, send: (n: number) => fleet.send(story(n), `ann${n}@authors.example`) };
}

test("SES that answers never, late, wrongly or only after it took the mail doubles nothing and hides nothing", async () => {
  const { fleet, breakSes, send } = await magazine({
    FLEET_MAIL_EDITOR: "editor@publisher.example",
  });
  const faults: DeclaredRule["fault"][] = [
    { kind: "drop-answer" },
    { kind: "delay", beforeMs: 3_600_000 },
    { kind: "delay", afterMs: 2500 },
    { kind: "reset-in-body" },
    { kind: "error", status: 500, code: "InternalFailure" },
    { kind: "drop-before-apply" },
    { kind: "error", status: 429, code: "TooManyRequestsException" },
    { kind: "error", status: 400, code: "MessageRejected" },
  ];
  for (const [seed, fault] of faults.entries()) breakSes(fault, { probability: 0.15, seed });
  await Promise.all([fleet.startWorker("w1"), fleet.startWorker("w2")]);
  const stories = Array.from({ length: 16 }, (_, n) => n);
  await Promise.all(stories.map(send));
  await until(
    "all stories to be submissions",
    async () => (await fleet.submissions()).length === stories.length,
    100_000,
  );
  await fleet.quiet("every mail to have ended");

  const mails = await fleet.mails();
  const taken = fleet.takenById();
  const count = (id: string) => taken.get(id)?.length ?? 0;
  expect(mails).toHaveLength(2 * stories.length);
  expect(mails.filter(({ id }) => count(id) > 1)).toEqual([]);
  const inState = (state: string) => mails.filter((mail) => mail.state === state).map(({ id }) => id);
  expect(inState("sent").filter((id) => count(id) !== 1)).toEqual([]);
  expect(inState("rejected").filter((id) => count(id) !== 0)).toEqual([]);
  expect(inState("ambiguous").length).toBeGreaterThan(0);
  expect((await fleet.listedAmbiguous()).sort()).toEqual(inState("ambiguous").sort());
  expect(inState("sent").length + inState("rejected").length + inState("ambiguous").length).toBe(
    mails.length,
  );
  expect(fleet.deadLetters()).toBe(0);
});

const moments: [string, DeclaredRule["fault"], number][] = [
  ["before SES has it", { kind: "delay", beforeMs: 3_600_000 }, 0],
  ["after SES has it and before its answer", { kind: "delay", afterMs: 3_600_000 }, 1],
];

test.each(moments)(
  "a worker killed %s leaves an ambiguous mail, not a second one",
  async (_, fault, expected) => {
    const { fleet, breakSes, send } = await magazine({ FLEET_MAIL_WAIT_SECONDS: "30" });
    breakSes(fault, { times: 1 });
    const first = await fleet.startWorker("w1");
    await send(1);
    await until(
      "SES to be asked",
      async () => (await fleet.mails()).some(({ state }) => state === "sending"),
      60_000,
    );
    await until("SES to have it", () => fleet.takenById().size === expected, 20_000);
    first.kill("SIGKILL");
    await fleet.startWorker("w2");
    await until(
      "the mail to be ambiguous",
      async () => (await fleet.mails())[0]?.state === "ambiguous",
      60_000,
    );
    await fleet.quiet("the job to have ended");
    expect(await fleet.listedAmbiguous()).toEqual([(await fleet.mails())[0]?.id]);
    expect(fleet.cloud.mailbox.list()).toHaveLength(expected);
  },
);

test("stories delivered twice in any order to workers that are killed are one row and one answer each", async () => {
  const { fleet, send } = await magazine();
  const stories = Array.from({ length: 40 }, (_, n) => n);
  const twice = [...stories, ...stories]
    .map((n, at) => ({ n, place: (at * 7919) % 80 }))
    .sort((x, y) => x.place - y.place);
  const [first] = await Promise.all([fleet.startWorker("w1"), fleet.startWorker("w2")]);
  await Promise.all(twice.slice(0, 40).map(({ n }) => send(n)));
  await until("some to be submissions", async () => (await fleet.submissions()).length > 5, 60_000);
  first.kill("SIGKILL");
  await Promise.all([...twice.slice(40).map(({ n }) => send(n)), fleet.startWorker("w3")]);
  await until("all to be submissions", async () => (await fleet.submissions()).length >= 40, 100_000);
  await fleet.quiet("all to have ended");
  const rows = await fleet.submissions();
  expect(rows.map(({ subject }) => subject).sort()).toEqual(stories.map((n) => `Story ${n}`).sort());
  const taken = [...fleet.takenById().values()].map(({ length }) => length);
  expect(Math.max(...taken)).toBe(1);
  // A kill while SES was asked leaves a mail ambiguous; all others were sent.
  const ambiguous = await fleet.listedAmbiguous();
  expect(
    (await fleet.mails()).filter(({ state, id }) => state !== "sent" && !ambiguous.includes(id)),
  ).toEqual([]);
  expect(await fleet.mails()).toHaveLength(40);
});
