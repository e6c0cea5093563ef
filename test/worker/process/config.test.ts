// Settings: all problems are reported at once, each with its value and its limit.
import { expect, test } from "vitest";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { clockOf, readConfig } from "../../../worker/process/config.ts";

const good = { FLEET_NAME: "fifo-fleet", AWS_REGION: "eu-west-1" };

function problemsOf(env: Record<string, string>, args: { jobs?: string } = {}): readonly string[] {
  try {
    readConfig(env, args);
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
    throw error;
  }
  return [];
}

test("a name and a region are enough; everything else has a default", () => {
  const config = readConfig(good);
  expect(config).toMatchObject({
    FLEET_NAME: "fifo-fleet",
    FLEET_WAIT_SECONDS: 20,
    FLEET_TIME_SCALE: 1,
    FLEET_DRAIN_SECONDS: 100,
    LOG_LEVEL: "info",
    kinds: jobKinds,
  });
  expect(config.FLEET_SLOTS).toBeGreaterThan(0);
  expect(config.workerId).toContain(String(process.pid));
});

test("an empty environment lacks only a name and a region", () => {
  expect(problemsOf({})).toEqual([
    "FLEET_NAME is missing; it names the fleet, e.g. fifo-fleet",
    "AWS_REGION is missing; it names the region, e.g. eu-west-1",
  ]);
});

test("all problems are reported together, each with the given value and what is accepted", () => {
  const env = {
    FLEET_NAME: "My_Fleet",
    FLEET_SLOTS: "many",
    FLEET_RECEIVES: "2.5",
    FLEET_WAIT_SECONDS: "20",
    FLEET_VISIBILITY_SECONDS: "10",
    FLEET_TIME_SCALE: "0",
    FLEET_DRAIN_SECONDS: "-1",
    FLEET_HEALTH_ADDRESS: "localhost:99999",
    FLEET_METADATA: "maybe",
    AWS_ENDPOINT_URL: "localhost:4566",
    LOG_LEVEL: "loud",
  };
  expect(problemsOf(env, { jobs: "resize-image,fly" })).toEqual([
    'FLEET_NAME is "My_Fleet", it takes 1 to 32 lower-case letters, digits and inner hyphens',
    'FLEET_SLOTS is "many", it takes a whole number from 1 to 1000',
    'FLEET_RECEIVES is "2.5", it takes a whole number from 1 to 16',
    'FLEET_TIME_SCALE is "0", it takes a number above 0, at most 1',
    'FLEET_DRAIN_SECONDS is "-1", it takes 1 to 7200 seconds',
    'FLEET_HEALTH_ADDRESS is "localhost:99999", it takes HOST:PORT, e.g. 127.0.0.1:8081',
    'FLEET_METADATA is "maybe", it takes ec2 or off',
    "AWS_REGION is missing; it names the region, e.g. eu-west-1",
    'AWS_ENDPOINT_URL is "localhost:4566", it takes a URL that starts with http:// or https://',
    'LOG_LEVEL is "loud", it takes one of trace, debug, info, warn, error, fatal',
    `jobs: no kind is called "fly"; there is ${jobKinds.join(", ")}`,
    "FLEET_VISIBILITY_SECONDS is 10, it must exceed FLEET_WAIT_SECONDS, which is 20",
  ]);
});

test("a drain must last longer than the open poll and the margin, so that what the poll brings can be returned", () => {
  const env = { ...good, FLEET_DRAIN_SECONDS: "25", FLEET_DRAIN_MARGIN_SECONDS: "5" };
  expect(problemsOf(env)).toEqual([
    "FLEET_DRAIN_SECONDS is 25, it must exceed FLEET_WAIT_SECONDS plus FLEET_DRAIN_MARGIN_SECONDS, which are 25",
  ]);
  expect(readConfig({ ...env, FLEET_WAIT_SECONDS: "19" }).FLEET_DRAIN_SECONDS).toBe(25);
});

test("an empty setting counts as not set", () => {
  expect(readConfig({ ...good, FLEET_SLOTS: "", AWS_ENDPOINT_URL: "" }).AWS_ENDPOINT_URL).toBeUndefined();
});

test("the argument wins over the environment, kinds named twice count once", () => {
  expect(readConfig({ ...good, FLEET_JOBS: "fly" }, { jobs: "resize-image, resize-image" }).kinds).toEqual([
    "resize-image",
  ]);
});

test("an empty list of jobs is an error, not a worker without work", () => {
  expect(problemsOf(good, { jobs: "" })).toEqual([
    `jobs: no kind is called ""; there is ${jobKinds.join(", ")}`,
  ]);
});

test("the settings cannot be changed later", () => {
  const config = readConfig(good) as { FLEET_SLOTS: number };
  expect(() => {
    config.FLEET_SLOTS = 1;
  }).toThrow(TypeError);
});

test("mail is off until an address is given, and settings that need the address are refused without it", () => {
  expect(readConfig(good).mail).toBeUndefined();
  const env = {
    ...good,
    FLEET_MAIL_ADDRESS: "Stories@Magazine.example",
    FLEET_MAIL_ALIASES: "a@b.example, c@d.example",
  };
  expect(readConfig(env).mail).toEqual({
    address: "Stories@magazine.example",
    aliases: ["a@b.example", "c@d.example"],
    editor: undefined,
    answer: "dmarc-pass",
    withheldSeconds: 86_400,
  });
  expect(
    problemsOf({ ...env, FLEET_MAIL_ALIASES: "a@b.example,nobody", FLEET_MAIL_ANSWER: "never" }),
  ).toEqual([
    'FLEET_MAIL_ALIASES is "a@b.example,nobody", it takes a mail address, e.g. stories@magazine.example',
    'FLEET_MAIL_ANSWER is "never", it takes one of dmarc-pass, dmarc-not-failed, any',
  ]);
  expect(problemsOf({ ...good, FLEET_MAIL_EDITOR: "e@d.example" })).toEqual([
    "FLEET_MAIL_EDITOR needs FLEET_MAIL_ADDRESS, from which mails are sent",
  ]);
});

test("a faster clock needs the moment since which it runs faster, so that workers agree on the time", () => {
  expect(problemsOf({ ...good, FLEET_TIME_SCALE: "0.5" })).toEqual([
    "FLEET_TIME_SCALE needs FLEET_TIME_ORIGIN, or workers would not agree on the time",
  ]);
  expect(problemsOf({ ...good, FLEET_TIME_SCALE: "0.5", FLEET_TIME_ORIGIN: "today" })).toEqual([
    'FLEET_TIME_ORIGIN is "today", it takes a time as ISO 8601, e.g. 2026-01-31T12:00:00Z',
  ]);
  const origin = Date.now() - 10_000;
  const env = { ...good, FLEET_TIME_SCALE: "0.001", FLEET_TIME_ORIGIN: new Date(origin).toISOString() };
  const [one, other] = [clockOf(readConfig(env)).now(), clockOf(readConfig(env)).now()];
  expect(one - origin).toBeGreaterThanOrEqual(10_000_000);
  expect(other).toBeGreaterThanOrEqual(one);
  expect(clockOf(readConfig(good))).toBe(systemClock);
});
