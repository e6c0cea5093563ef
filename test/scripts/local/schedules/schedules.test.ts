import { pino } from "pino";
import { expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { startSchedules } from "../../../../scripts/local/schedules/schedules.ts";
import type { TriggerName } from "../../../../triggers/catalog/event-sources.ts";

const functionArn = (trigger: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${trigger}`;

function start(invoke: (arn: string, event: unknown) => Promise<unknown>, without: TriggerName[] = []) {
  const clock = new VirtualClock();
  const log = pino({ level: "silent" });
  const place = { region: "eu-west-1", accountId: "000000000000" };
  return { clock, schedules: startSchedules({ clock, ...place, functionArn, invoke, log, without }) };
}

test("a scheduled trigger is invoked every minute with EventBridge's event, even after a failure", async () => {
  const calls: unknown[] = [];
  const { clock, schedules } = start(async (arn, event) => {
    if (arn !== functionArn("outbox-due")) return;
    calls.push([arn, event]);
    if (calls.length === 1) throw new Error("told to fail");
  });
  await clock.advanceAsync(59_999);
  expect(calls).toEqual([]);
  await clock.advanceAsync(1);
  expect(calls).toEqual([
    [
      functionArn("outbox-due"),
      {
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        "detail-type": "Scheduled Event",
        source: "aws.events",
        account: "000000000000",
        time: "2026-01-01T00:01:00Z",
        region: "eu-west-1",
        resources: ["arn:aws:events:eu-west-1:000000000000:rule/outbox-due"],
        detail: {},
      },
    ],
  ]);
  await clock.advanceAsync(120_000);
  expect(calls).toHaveLength(3);
  await schedules.close();
  await clock.advanceAsync(120_000);
  expect(calls).toHaveLength(3);
});

test("a trigger that something else calls has no schedule", async () => {
  const called = new Set<string>();
  const { clock, schedules } = start(async (arn) => void called.add(arn), ["metrics-due"]);
  await clock.advanceAsync(60_000);
  expect([...called]).toEqual([functionArn("outbox-due")]);
  await schedules.close();
});

test("closing waits for the running call", async () => {
  const answer = Promise.withResolvers<void>();
  const { clock, schedules } = start(() => answer.promise);
  await clock.advanceAsync(60_000);
  let closed = false;
  const closing = schedules.close().then(() => {
    closed = true;
  });
  await new Promise(setImmediate);
  expect(closed).toBe(false);
  answer.resolve();
  await closing;
});
