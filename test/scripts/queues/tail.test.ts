// `queues tail` on a real ledger: outcomes as they come, each once, of a kind, a group or a job.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { fixtureJobId, giveUp } from "../../support/dead-letters.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import { fixtureJob, jsonLines, queuesCommand } from "../../support/queues-command.ts";
import { until } from "../../support/until.ts";

let fleet: FixtureCloud;
let queues: ReturnType<typeof queuesCommand>;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  fleet = await startFixtureCloud();
  queues = queuesCommand(fleet.env, fixtureJob);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => fleet.close());

/** Follows in the background; the lines so far, and its end. */
function follow(...args: string[]) {
  const stop = new AbortController();
  let texts: Readonly<{ stdout: string; stderr: string }> = { stdout: "", stderr: "" };
  const ended = queues(["tail", ...args, "--json"], {
    interrupted: stop.signal,
    written: (live) => {
      texts = live;
    },
  });
  stops.push(() => {
    stop.abort();
    return ended;
  });
  return {
    lines: () => jsonLines(texts.stdout),
    stderr: () => texts.stderr,
    stop: () => stop.abort(),
    ended,
  };
}

const ledger = () =>
  createLedger({ db: fleet.db, table: fleet.names.tables.jobs, owner: "w", clock: systemClock });

async function claim(group: string, n: number) {
  const jobId = fixtureJobId({ group, n });
  const enqueuedAt = new Date().toISOString();
  const request = { jobId, kind: "fixture-work", group, traceId: "t", enqueuedAt, redrives: 0 };
  const found = await ledger().claim(request);
  if (found.state !== "claimed") throw new Error(found.state);
  return found.claim;
}

async function complete(group: string, n: number): Promise<string> {
  const result = { status: "completed", effects: [], result: { n } } as const;
  await ledger().commit(await claim(group, n), result);
  return fixtureJobId({ group, n });
}

test("outcomes of a kind come once each, in the order in which they ended, until Ctrl-C ends it well", async () => {
  await complete("old", 1);
  const { lines, stderr, stop, ended } = follow("fixture-work");
  await until("it to look", () => stderr() !== "");
  const ids = [await complete("a", 1), await complete("b", 2)];
  await giveUp(fleet, [{ group: "c", n: 3 }]);
  await until("all three", () => lines().length >= 3);
  ids.push(await complete("a", 4));
  await until("the fourth", () => lines().length >= 4);
  stop();
  expect((await ended).code).toBe(0);
  expect(lines().map(({ jobId }) => jobId)).toEqual([
    ...ids.slice(0, 2),
    fixtureJobId({ group: "c", n: 3 }),
    ids[2],
  ]);
  expect(lines()[2]).toMatchObject({ v: 1, outcome: "dead-lettered", reason: "broken 3", group: "c" });
  expect(stderr()).toMatch(/shown about 3 s late at most/);
});

test("outcomes of a group are those of that group only, a job that dies again included", async () => {
  const { lines, stderr } = follow("--group", "g-1");
  await until("it to look", () => stderr() !== "");
  await giveUp(fleet, [{ group: "g-1", n: 1 }]);
  await complete("g-2", 1);
  const last = await complete("g-1", 2);
  await until("both", () => lines().length >= 2);
  expect(lines().map(({ jobId }) => jobId)).toEqual([fixtureJobId({ group: "g-1", n: 1 }), last]);
});

test("a job is followed run by run to its end, whose outcome is the exit code", async () => {
  const jobId = fixtureJobId({ group: "j", n: 1 });
  const { lines, stderr, ended } = follow("fixture-work", "--job", jobId.slice("fixture-work/".length));
  await until("it to look", () => stderr().includes("no worker has taken"));
  const held = await claim("j", 1);
  await until("the run", () => lines().some(({ what }) => what === "run"));
  await ledger().commit(held, { status: "rejected", code: "told-to", reason: "It was bad.", effects: [] });
  expect((await ended).code).toBe(1);
  expect(lines().at(-1)).toMatchObject({ jobId, what: "rejected", why: "It was bad." });
  await complete("j", 2);
  const done = await queues(["tail", "--job", fixtureJobId({ group: "j", n: 2 })]);
  expect([done.code, done.stdout]).toEqual([
    0,
    expect.stringMatching(/run, by w, ended the job.*\n.*completed/),
  ]);
});

test("what ended before is shown when it is asked for; an id without its kind is refused", async () => {
  const jobId = await complete("s", 1);
  const { lines } = follow("--since", "60");
  await until("the past", () => lines().some((line) => line.jobId === jobId));
  const refused = await queues(["tail", "--job", "0123"]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--job takes KIND/ID")]);
});

test("addresses in groups and reasons are masked, unless they are asked for", async () => {
  const group = "ann@example.org";
  const [masked, shown] = [follow("--group", group), follow("--group", group, "--reveal")];
  await until("both to look", () => masked.stderr() !== "" && shown.stderr() !== "");
  await complete(group, 70);
  await until("both to tell", () => masked.lines().length + shown.lines().length >= 2);
  expect(masked.lines()).toMatchObject([{ group: "•••" }]);
  expect(shown.lines()).toMatchObject([{ group }]);
});
