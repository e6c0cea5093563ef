// Outages of the services that workers call, as data: which service, in what way, and for how long. SNS and Systems Manager
// are called by triggers only.
import type { Random } from "./random.ts";

/**
 * One outage, in minutes of the workers' own, faster time.
 * total: every call fails; partial: calls to one bucket, table or queue fail; slow: every answer takes ten seconds.
 */
export type PlannedOutage = {
  service: "s3" | "sqs" | "dynamodb" | "ses";
  how: "total" | "partial" | "slow" | "throttled" | "expired" | "denied";
  /** What a partial outage is of: the name that code gives a bucket or table, or a queue's job kind. */
  resource?: string;
  minutes: number;
};

const parts = {
  s3: ["uploads", "results", "mails", "parts", "plans", "incoming", "secure"],
  dynamodb: ["jobs", "images", "albums", "submissions", "words", "files", "outgoingMails"],
  sqs: ["resize-image", "remove-picture", "parse-mail", "count-words", "store-file"],
} as const;
const divisible = ["s3", "sqs", "dynamodb"] as const;

/** Credentials that expire are renewed by themselves only once they are old. */
const expiredMinutes = 20;

/** Inputs for each outage of a large run. */
const jobsPerOutage = 400;
/** From so many inputs on, a run has time for long outages and for messages that wait long. */
export const largeRun = 1000;

/** One seed of four has an outage of up to six hours, one of twenty of exactly six: they take minutes of the machine's time. */
const hasHours = (seed: number) => seed % 4 === 0;
const hasLongest = (seed: number) => seed % 20 === 0;
const longestMinutes = 360;

/** Between `least` and `most`, each length as likely as twice the length. */
const minutesFrom = ({ next }: Random, least: number, most: number) =>
  Math.round(10 * least * (most / least) ** next()) / 10;

function partial(random: Random, minutes: number): PlannedOutage {
  const service = random.pick(divisible);
  return { service, how: "partial", resource: random.pick<string>(parts[service]), minutes };
}

/** Plans outages; each list is of outages at once. A small run has one, of one to three minutes. */
export function planOutages(jobs: number, random: Random, seed: number): PlannedOutage[][] {
  if (jobs < largeRun) return [[brief(random, minutesFrom(random, 1, 3))]];
  const brevity = () => minutesFrom(random, 1, 10);
  const kinds: (() => PlannedOutage[])[] = [
    () => [{ service: random.pick(divisible), how: "total", minutes: brevity() }],
    () => [partial(random, brevity())],
    () => [{ service: random.pick([...divisible, "ses"]), how: "throttled", minutes: brevity() }],
    () => [
      {
        service: random.pick([...divisible, "ses"]),
        how: random.pick(["slow", "denied"]),
        minutes: brevity(),
      },
    ],
    () => both(random, brevity()),
    () => [lengthy(random, seed)],
  ];
  return Array.from({ length: Math.max(kinds.length, Math.round(jobs / jobsPerOutage)) }, (_, index) => {
    const make = kinds[index % kinds.length];
    return make === undefined ? [] : make();
  });
}

function brief(random: Random, minutes: number): PlannedOutage {
  const how = random.pick(["total", "partial", "throttled", "denied"] as const);
  return how === "partial" ? partial(random, minutes) : { service: random.pick(divisible), how, minutes };
}

function both(random: Random, minutes: number): PlannedOutage[] {
  const [first, second] = random.shuffled(divisible);
  return [first, second].flatMap((service) => (service ? [{ service, how: "total", minutes }] : []));
}

function lengthy(random: Random, seed: number): PlannedOutage {
  const service = random.pick([...divisible, "ses"] as const);
  if (hasLongest(seed)) return { service, how: "total", minutes: longestMinutes };
  const how = random.pick(["total", "throttled", "denied", "expired"] as const);
  const minutes = hasHours(seed) ? minutesFrom(random, 30, longestMinutes) : minutesFrom(random, 10, 30);
  return { service, how, minutes: how === "expired" ? expiredMinutes : minutes };
}
