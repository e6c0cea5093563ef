// Outages of S3, SQS and DynamoDB, total, partial, slow, throttled, with expired credentials or without permission: no job is
// dead-lettered, order holds, work goes on soon after the end, and nobody hammers meanwhile. Virtual time, real queue, real
// S3. FLEET_TEST_OUTAGE_MINUTES plays every way of every service for so many minutes.
import { expect, test } from "vitest";
import { type Outage, outageKinds, type Played, playOutages } from "../support/simulated-outages.ts";

const minute = 60_000;
const services = ["s3", "sqs", "dynamodb"] as const;
const all = Number(process.env.FLEET_TEST_OUTAGE_MINUTES ?? 0);
const groups = 6;

/** A job of each group every fifteen seconds, or so seldom that some hundred wait in the end; until well after the outages. */
function workFor(outages: readonly Outage[]) {
  const over = Math.max(...outages.map(({ fromMs, forMs }) => fromMs + forMs));
  const everyMs = Math.max(15_000, over / 40);
  return { groups, everyMs, jobs: Math.ceil((over + 2 * minute) / everyMs) };
}

function judge({ ends, dead, left, mostRuns }: Played, jobs: number) {
  expect({ dead, left }).toEqual({ dead: 0, left: 0 });
  for (let group = 0; group < groups; group += 1)
    expect(ends.filter((end) => end.group === `g${group}`).map(({ n }) => n)).toEqual(
      Array.from({ length: jobs }, (_, n) => n),
    );
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["completed"]));
  expect(mostRuns).toBe(1);
}

/** Until every group had ended a job after the outage, milliseconds. */
function recoveryMs({ ends }: Played, over: number): number {
  const first = Array.from({ length: groups }, (_, group) =>
    Math.min(...ends.filter((end) => end.group === `g${group}` && end.atMs >= over).map(({ atMs }) => atMs)),
  );
  return Math.max(...first) - over;
}

async function playAndJudge(outages: Outage[]) {
  const work = workFor(outages);
  const played = await playOutages({ outages, ...work });
  judge(played, work.jobs);
  const over = Math.max(...outages.map(({ fromMs, forMs }) => fromMs + forMs));
  const [longest] = outages.map(({ forMs }) => forMs).toSorted((a, b) => b - a);
  const recovered = recoveryMs(played, over);
  if (all > 0) console.log(JSON.stringify({ outages, recovered, calls: played.callsWhileDown }));
  // Half a minute, or the longest pause of a job that was tried again and again.
  expect(recovered).toBeLessThanOrEqual((longest ?? 0) > 10 * minute ? 75_000 : 30_000);
  return { ...played, minutes: (longest ?? 0) / minute };
}

const few = [
  { service: "s3", how: "total" },
  { service: "s3", how: "partial" },
  { service: "sqs", how: "total" },
  { service: "sqs", how: "denied" },
  { service: "dynamodb", how: "throttled" },
  { service: "dynamodb", how: "partial" },
] as const;
const every = services.flatMap((service) => outageKinds.map((how) => ({ service, how })));

test.each(all > 0 ? every : few)(
  "$how trouble with $service: nothing dead-lettered, order held, no run counted, work goes on soon",
  async (one) => {
    const outage = { ...one, fromMs: minute, forMs: (all || 3) * minute };
    const { callsWhileDown, minutes } = await playAndJudge([outage]);
    // Two workers. Slow answers are answers, so work goes on and calls are made.
    if (one.how !== "slow") expect(callsWhileDown / minutes).toBeLessThan(60);
  },
  all > 0 ? 600_000 : 60_000,
);

test("six hours without S3: the same holds, and what has waited all the time is not too old", async () => {
  await playAndJudge([{ service: "s3", how: "total", fromMs: minute, forMs: 360 * minute }]);
}, 600_000);

test("S3 and DynamoDB at once, one after the other, and again", async () => {
  const s3 = { service: "s3", how: "total" } as const;
  const dynamodb = { service: "dynamodb", how: "total" } as const;
  await playAndJudge([
    { ...s3, fromMs: minute, forMs: 2 * minute },
    { ...dynamodb, fromMs: 2 * minute, forMs: 2 * minute },
    { ...s3, fromMs: 5 * minute, forMs: minute },
  ]);
}, 60_000);
