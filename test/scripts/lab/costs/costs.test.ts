// What the fleet costs: the arithmetic, what is read from templates, and that every figure has its price and its source.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { App } from "aws-cdk-lib";
import { expect, test } from "vitest";
import {
  type Counts,
  countedKinds,
  countsSchema,
  nothing,
  shareOf,
} from "../../../../scripts/lab/costs/counts.ts";
import {
  costOf,
  costOfInputs,
  instanceHour,
  restingMonth,
  total,
  workingMonth,
  worstDays,
} from "../../../../scripts/lab/costs/month.ts";
import { lookedUpOn, prices, priceTable } from "../../../../scripts/lab/costs/prices.ts";
import { usedBy } from "../../../../scripts/lab/costs/tally.ts";
import { factsOf, readTemplates } from "../../../../scripts/lab/costs/template-facts.ts";
import { fleetOf, withoutTraces } from "../../../support/synth.ts";

const root = resolve(import.meta.dirname, "../../../..");
const kept = countsSchema.parse(
  JSON.parse(readFileSync(join(root, "scripts/lab/costs/counts.json"), "utf8")),
) as Counts;
const { directory } = withoutTraces(() => (fleetOf().data.node.root as App).synth());

test("facts are those of the templates: alarms with all their metrics, queues, and calls by schedules", () => {
  const alarm = (Properties: object) => ({ Type: "AWS::CloudWatch::Alarm", Properties: { ...Properties } });
  const own = { Namespace: "FifoFleet", MetricName: "Wanted", Dimensions: [{ Name: "Fleet", Value: "f" }] };
  const facts = factsOf([
    alarm({ ...own }),
    alarm({
      Metrics: [{ MetricStat: { Metric: own } }, { MetricStat: { Metric: { ...own, MetricName: "Free" } } }],
    }),
    { Type: "AWS::CloudWatch::Dashboard" },
    { Type: "AWS::SQS::Queue" },
    { Type: "AWS::Events::Rule", Properties: { ScheduleExpression: "rate(1 minute)" } },
    { Type: "AWS::Events::Rule", Properties: { ScheduleExpression: "rate(3 hours)" } },
    { Type: "AWS::Events::Rule", Properties: { EventPattern: {} } },
  ]);
  expect(facts).toMatchObject({ alarms: 2, alarmMetrics: 3, customMetrics: 2, dashboards: 1, queues: 1 });
  expect(facts.scheduledCalls).toBeCloseTo(730 * 60 + 730 / 3, 6);
});

test("at rest a fleet costs by the month only: alarms, metrics, the dashboard, and counting", () => {
  const facts = factsOf(readTemplates(directory));
  expect(facts.alarms).toBeGreaterThan(40);
  expect(facts.queues).toBeGreaterThan(25);
  const parts = restingMonth(facts);
  expect(parts.map(({ what }) => what).join()).not.toMatch(/NAT|spot/);
  expect(total(parts)).toBeGreaterThan(5);
  expect(total(parts)).toBeLessThan(40);
  const alone = restingMonth({ ...facts, natGateways: 2 });
  expect(total(alone) - total(parts)).toBeCloseTo(2 * 730 * 0.05, 6);
});

test("calls are priced one by one, and a hundred thousand of a kind cost a hundred thousand times one", () => {
  expect(total(costOf({ ...nothing, writeUnits: 1e6, readUnits: 1e6, s3Writes: 1e6 }))).toBeCloseTo(
    0.625 + 0.125 + 5,
    6,
  );
  expect(costOf({ ...nothing, sesMails: 10 }).find(({ what }) => what === "SES")?.dollars).toBeCloseTo(
    0.001,
    9,
  );
  for (const kind of countedKinds)
    expect(total(costOfInputs(kind, 100_000, kept))).toBeCloseTo(
      100_000 * total(costOfInputs(kind, 1, kept)),
      6,
    );
});

test("ten times the load costs ten times as much above what costs by the month", () => {
  const facts = factsOf(readTemplates(directory));
  const [small, large] = [1000, 10_000].map((load) => total(workingMonth(facts, kept, load)));
  const fixed = total(workingMonth(facts, kept, 0));
  expect((large ?? 0) - fixed).toBeCloseTo(10 * ((small ?? 0) - fixed), 6);
});

test("a stuck fleet costs every instance around the clock, with what its polls cost", () => {
  const [spot] = worstDays(kept, 10);
  const polls = total(costOf(kept.idleWorkerHour));
  expect(polls).toBeGreaterThan(0);
  expect(spot?.dollars).toBeCloseTo(10 * 24 * (instanceHour() + polls), 6);
});

test("every counted input took calls of the services that its way leads through", () => {
  const { picture, mail, text, file } = kept.perInput;
  for (const one of [picture, mail, text, file]) {
    expect(one.writeUnits).toBeGreaterThan(2);
    // Sent or announced, received, deleted.
    expect(one.sqsFifo).toBeGreaterThan(1.2);
    expect(one.seconds).toBeGreaterThan(0);
  }
  for (const stored of [picture, mail, file]) expect(stored.s3Writes).toBeGreaterThanOrEqual(1);
  expect(mail.sesMails).toBeGreaterThan(0.5);
  expect([picture, text, file].map(({ sesMails }) => sesMails)).toEqual([0, 0, 0]);
  expect(text.snsFifo).toBeGreaterThanOrEqual(1);
});

test("calls count as they are billed", () => {
  const call = (service: string, action: string, summary = {}) => usedBy({ service, action, summary });
  expect(call("s3", "PutObject")).toEqual({ s3Writes: 1 });
  expect(call("s3", "HeadObject")).toEqual({ s3Reads: 1 });
  expect(call("s3", "DeleteObject")).toEqual({});
  expect(call("sqs", "SendMessage", { queue: "f-parse-mail.fifo" })).toEqual({ sqsFifo: 1 });
  expect(call("sqs", "SendMessage", { queue: "f-image-uploaded-failed" })).toEqual({ sqsStandard: 1 });
  expect(call("sqs", "ReceiveMessage", { queue: "f.fifo", messages: [] })).toEqual({});
  expect(call("sqs", "GetQueueAttributes", { queue: "f.fifo" })).toEqual({});
  expect(call("sns", "Publish", { topic: "words.fifo" })).toEqual({ snsFifo: 1 });
  expect(call("sns", "Subscribe", { topic: "words.fifo" })).toEqual({});
  expect(shareOf({ ...nothing, sns: 9 }, { ...nothing, sns: 3 }, 3).sns).toBe(2);
});

test("every price has a unit, a source and a day, and docs/costs.md has the figures of a run", () => {
  expect(lookedUpOn).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const { per, seen, dollars } of Object.values(priceTable)) {
    expect(per.length * seen.length).toBeGreaterThan(0);
    expect(dollars).toBeGreaterThan(0);
  }
  expect(prices.sns).toBe(priceTable.sns.dollars);
  const page = readFileSync(join(root, "docs/costs.md"), "utf8");
  for (const kind of countedKinds)
    expect(page, kind).toContain(total(costOfInputs(kind, 100_000, kept)).toFixed(2));
});

test("the command prints the tables, and refuses what it does not know in one line", async () => {
  const run = (args: string[]) =>
    promisify(execFile)(process.execPath, ["scripts/lab.ts", "costs", ...args], { cwd: root });
  const { stdout } = await run(["--assembly", directory]);
  for (const head of [
    "## A month at rest",
    "## A hundred thousand of each kind",
    "## A bad day",
    "## Prices",
  ])
    expect(stdout).toContain(head);
  const { stdout: json } = await run(["--assembly", directory, "--json"]);
  expect(JSON.parse(json)).toMatchObject({
    v: 1,
    prices: lookedUpOn,
    months: [{ inputsADay: 1000 }, {}, {}],
  });
  await expect(run(["--inputs", "0"])).rejects.toMatchObject({ code: 2 });
});
