// Dollars from counts and prices. Pure: numbers in, rows out.
import { type CountedKind, type Counts, countedKinds, type Used } from "./counts.ts";
import { prices } from "./prices.ts";
import type { TemplateFacts } from "./template-facts.ts";

/** A part of a sum, in dollars. */
export type Part = { what: string; dollars: number };

/** Hours of a month, as AWS computes. */
const hours = 730;
const days = 30.4;

/** Assumed, because no account has told: how long a trigger's call takes, and what a job logs. */
export const assumed = { triggerSeconds: 0.1, triggerGigabytes: 0.25, logBytesOfJob: 2000 } as const;

/**
 * Calls of functions by one input, by their event sources: a picture's upload and its album's change; a mail and the outbox row
 * of its answer, an HTTP request for a text; a file's upload.
 */
const functionCalls: Readonly<Record<CountedKind, number>> = { picture: 2, mail: 2, text: 1, file: 1 };

/** Events that buckets publish to topics for one input. The local object store does so without a call. */
const bucketEvents: Readonly<Record<CountedKind, number>> = { picture: 1, mail: 0, text: 0, file: 1 };

const sum = (parts: readonly Part[]) => parts.reduce((total, { dollars }) => total + dollars, 0);

/** What calls and units cost. */
export function costOf(used: Used): Part[] {
  const priced = (what: string, names: readonly (keyof Used)[]): Part => ({
    what,
    dollars: names.reduce((total, name) => total + used[name] * prices[name], 0),
  });
  return [
    priced("DynamoDB", ["writeUnits", "readUnits"]),
    priced("SQS", ["sqsFifo", "sqsStandard"]),
    priced("SNS", ["sns", "snsFifo"]),
    priced("S3 requests", ["s3Writes", "s3Reads"]),
    priced("SES", ["sesMails"]),
  ];
}

const lambda = (calls: number, seconds: number): Part => ({
  what: "Lambda",
  dollars:
    calls * prices.lambdaCalls + calls * seconds * assumed.triggerGigabytes * prices.lambdaGigabyteSecond,
});

/** An hour of an instance: itself, its address, its volume. */
export const instanceHour = (market: "spot" | "on-demand" = "spot"): number =>
  (market === "spot" ? prices.spotHours : prices.onDemandHours) + prices.addressHours + prices.volumeHours;

/** So many inputs of a kind, without what costs by the month; instances only while they work. */
export function costOfInputs(kind: CountedKind, inputs: number, counts: Counts): Part[] {
  const { seconds, ...used } = counts.perInput[kind];
  const each = [
    ...costOf(used),
    lambda(functionCalls[kind], assumed.triggerSeconds),
    { what: "SNS", dollars: bucketEvents[kind] * prices.sns },
    { what: "HTTP API", dollars: kind === "text" ? prices.httpApiCalls : 0 },
    { what: "logs", dollars: (2 * assumed.logBytesOfJob * prices.logGigabytes) / 1e9 },
    { what: "spot instances", dollars: (seconds / 3600) * instanceHour() },
  ];
  const byPart = Map.groupBy(each, ({ what }) => what);
  return [...byPart].map(([what, parts]) => ({ what, dollars: sum(parts) * inputs }));
}

/** A month in which nothing arrives. */
export function restingMonth(facts: TemplateFacts): Part[] {
  const counts = hours * 60;
  return [
    {
      what: `${facts.alarms} alarms over ${facts.alarmMetrics} metrics, ${facts.compositeAlarms} composite`,
      dollars: facts.alarmMetrics * prices.alarmMetrics + facts.compositeAlarms * prices.compositeAlarms,
    },
    { what: `${facts.customMetrics} custom metrics`, dollars: facts.customMetrics * prices.customMetrics },
    { what: "dashboard", dollars: facts.dashboards * prices.dashboards },
    { ...lambda(facts.scheduledCalls, assumed.triggerSeconds * 5), what: "Lambda, by its schedules" },
    { what: `counting ${facts.queues} queues a minute`, dollars: facts.queues * counts * prices.sqsStandard },
    { what: "NAT gateways", dollars: facts.natGateways * hours * (prices.natHours + prices.addressHours) },
  ].filter(({ dollars }) => dollars > 0);
}

/** A month with so many inputs of each kind a day, instances around the clock from one on. */
export function workingMonth(facts: TemplateFacts, counts: Counts, inputsADay: number): Part[] {
  const perKind = countedKinds.flatMap((kind) =>
    costOfInputs(kind, (inputsADay * days) / countedKinds.length, counts),
  );
  const byPart = Map.groupBy(perKind, ({ what }) => what);
  const work = [...byPart].map(([what, parts]) => ({ what, dollars: sum(parts) }));
  // 10 metrics a kind while it works (worker/process/metrics), beside those that alarms name.
  const kinds = 10;
  const metrics = { what: "custom metrics of working kinds", dollars: kinds * 10 * prices.customMetrics };
  return [...restingMonth(facts), ...work.filter(({ dollars }) => dollars > 0), metrics];
}

/** What can go wrong with a bill, a day of each. */
export function worstDays(counts: Counts, maxInstances: number): Part[] {
  const day = 24;
  const idle = sum(costOf(counts.idleWorkerHour));
  const limit = 50;
  const refused = limit * 86_400;
  return [
    {
      what: `stuck fleet: ${maxInstances} spot instances all day and no work done`,
      dollars: maxInstances * day * (instanceHour() + idle),
    },
    {
      what: `the same on demand, where spot capacity was missing`,
      dollars: maxInstances * day * (instanceHour("on-demand") + idle),
    },
    {
      what: `flooded API: Slack's route at its limit of ${limit} requests a second all day, all refused`,
      dollars: refused * prices.httpApiCalls + lambda(refused, assumed.triggerSeconds).dollars,
    },
    {
      what: "a hundred thousand jobs that fail five times each",
      dollars: 5 * sum(costOfInputs("picture", 100_000, counts)),
    },
  ];
}

export const total = sum;
