// The alarms over time: what is known of a fleet, minute by minute, and the states that CloudWatch's rules make of it.
import { describe, expect, test } from "vitest";
import { type Figure, ringsIn, statesOf } from "../support/alarm-states.ts";
import { fleetOf, ofType, type Resource, resourcesOf, spelled } from "../support/synth.ts";

const resources = resourcesOf({ operations: fleetOf({ mailAddress: "stories@example.org" }).operations });
const alarms = ofType(resources, "AWS::CloudWatch::Alarm");
const alarm = (name: string): Resource => {
  const found = alarms.find(({ Properties }) => Properties.AlarmName === `fifo-fleet-${name}`);
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};

/** The states of an alarm when a metric has these values, one a minute; a hole is a minute without a value. */
const over = (name: string, values: readonly (number | undefined)[]) =>
  statesOf(alarm(name), values.length, (_, minute) => values[minute]);
const minutes = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);
/** A value at some minutes and 0 at all others. */
const at = (when: Readonly<Record<number, number>>, length: number) =>
  Array.from({ length }, (_, minute) => when[minute] ?? 0);

describe.each(["DeadLetters", "FailedEvents"])("%s", (name) => {
  test("rings for what arrives, ends when nothing follows, and rings again for the next", () => {
    const states = over(name, at({ 3: 1, 4: 2, 41: 1 }, 60));
    expect(ringsIn(states)).toBe(2);
    expect([states[0], states[1], states[7], states[8], states[9]]).toEqual([
      "ALARM",
      "OK",
      "OK",
      "ALARM",
      "OK",
    ]);
  });

  test("rings once for what keeps arriving", () => {
    expect(ringsIn(over(name, minutes(60, 1)))).toBe(1);
  });

  test("is silent about what lies there, and where nobody counts", () => {
    expect(ringsIn(over(name, minutes(60, 0)))).toBe(0);
    expect(ringsIn(over(name, minutes(60, undefined)))).toBe(0);
  });
});

describe("NobodyWorks", () => {
  const figures =
    (idle: (minute: number) => boolean): Figure =>
    (metric, minute) =>
      metric === "Visible" ? 5 : idle(minute) ? 0 : 1;

  test("rings after ten minutes in which jobs waited and none was in flight, not after nine", () => {
    expect(
      statesOf(
        alarm("NobodyWorks"),
        9,
        figures(() => true),
      ),
    ).not.toContain("ALARM");
    expect(
      statesOf(
        alarm("NobodyWorks"),
        10,
        figures(() => true),
      ).at(-1),
    ).toBe("ALARM");
    expect(
      ringsIn(
        statesOf(
          alarm("NobodyWorks"),
          60,
          figures((minute) => minute % 10 !== 0),
        ),
      ),
    ).toBe(0);
  });

  test("ends with the first minute in which one is in flight", () => {
    expect(
      statesOf(
        alarm("NobodyWorks"),
        21,
        figures((minute) => minute < 20),
      ).at(-1),
    ).toBe("OK");
  });
});

test("AtMaximum rings after half an hour at the largest size with a backlog, and not with one alone", () => {
  const states = (desired: number, visible: number, length = 40) =>
    ringsIn(statesOf(alarm("AtMaximum"), length, (metric) => (metric === "Visible" ? visible : desired)));
  expect([states(10, 1), states(10, 1, 29), states(10, 0), states(9, 100)]).toEqual([1, 0, 0, 0]);
});

test("NotCounted rings after ten minutes without a count, at once or after counts, and ends with the next", () => {
  const counted = (values: readonly (number | undefined)[]) => over("NotCounted", values);
  expect(counted(minutes(30, 7))).not.toContain("ALARM");
  expect(counted(minutes(10, undefined)).at(-1)).toBe("ALARM");
  const gap = [...minutes(20, 7), ...minutes(20, undefined), ...minutes(20, 7)];
  expect(ringsIn(counted(gap))).toBe(1);
  expect(counted(gap).at(-1)).toBe("OK");
});

describe("triggers", () => {
  test.each(["TriggerErrors-image-uploaded", "TriggerThrottles-image-uploaded", "LaunchErrors"])(
    "%s passes over one bad period and rings for two of three",
    (name) => {
      expect(ringsIn(over(name, at({ 2: 5 }, 60)))).toBe(0);
      expect(ringsIn(over(name, at({ 2: 1, 12: 1 }, 60)))).toBe(1);
      expect(ringsIn(over(name, at({ 2: 1, 22: 1, 42: 1 }, 60)))).toBe(0);
    },
  );

  test("a trigger that is called every three hours rings when two of three calls failed", () => {
    const day = 24 * 60;
    expect(ringsIn(over("TriggerErrors-untaken-due", at({ 1: 1 }, day)))).toBe(0);
    expect(ringsIn(over("TriggerErrors-untaken-due", at({ 1: 1, 181: 1 }, day)))).toBe(1);
  });

  test("ApiErrors passes over single errors, and rings when many come twice", () => {
    expect(
      ringsIn(
        over(
          "ApiErrors-web",
          minutes(60, 0).map((_, minute) => (minute % 5 === 0 ? 2 : 0)),
        ),
      ),
    ).toBe(0);
    expect(ringsIn(over("ApiErrors-web", at({ 0: 3, 5: 3 }, 60)))).toBe(1);
  });
});

test("OutboxLate rings at five minutes and not before, and ends when the row is gone", () => {
  const states = over("OutboxLate", [...minutes(5, 299), 300, 360, 0]);
  expect(states).toEqual([...minutes(5, "OK"), "ALARM", "ALARM", "OK"]);
});

test("Late rings after five minutes above half an hour; Expiring at once after a week; neither without figures", () => {
  const week = 7 * 24 * 3600;
  expect(over("Late-parse-mail", [...minutes(4, 1800), 60, ...minutes(5, 1800)]).indexOf("ALARM")).toBe(9);
  expect(over("Expiring-parse-mail", [week - 1, week])).toEqual(["OK", "ALARM"]);
  expect(over("ExpiringDead-1", [week - 1, week])).toEqual(["OK", "ALARM"]);
  expect(over("Late-parse-mail", minutes(30, undefined))).not.toContain("ALARM");
});

test("MailBounces keeps its state while nothing is sent, and ends when the rate has fallen", () => {
  const hours = [0.04, 0.06, undefined, undefined, undefined, undefined, 0.04].flatMap((rate) =>
    minutes(60, rate),
  );
  expect(over("MailBounces", hours)).toEqual(["OK", ...minutes(5, "ALARM"), "OK"]);
});

test("SandboxNotConfined rings for the one figure that a worker prints before it gives up", () => {
  expect(over("SandboxNotConfined", [undefined, undefined, 1, undefined, undefined])).toEqual(["ALARM"]);
});

test("people are affected exactly while one of the alarms rings that they notice", () => {
  const [composite] = ofType(resources, "AWS::CloudWatch::CompositeAlarm");
  const rule = spelled(composite?.Properties.AlarmRule);
  const watched = [...rule.matchAll(/ALARM\("<(\w+)\.Arn>"\)/g)].map(([, id]) => id);
  // Any of them is enough: nothing else is in the rule.
  expect(rule.replaceAll(/ALARM\("<\w+\.Arn>"\)/g, "A")).toMatch(/^[(A OR)]+$/);
  const names = alarms
    .filter(({ id }) => watched.includes(id))
    .map(({ Properties }) => String(Properties.AlarmName).replace("fifo-fleet-", ""));
  expect(new Set(names.map((name) => name.split("-")[0]))).toEqual(
    new Set([
      "NobodyWorks",
      "NoCapacity",
      "Late",
      "DeadLetters",
      "FailedEvents",
      "OutboxLate",
      "TriggerBehind",
      "ApiErrors",
    ]),
  );
  expect(names).toHaveLength(watched.length);
  expect(rule.length).toBeLessThan(10_240);
});
