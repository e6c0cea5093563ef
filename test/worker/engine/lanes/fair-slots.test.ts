// Fair slots on virtual time: whatever arrives and however long it takes, no kind starves or blocks another, no slot is idle
// while work waits, and groups stay in order. Shares are computed here in a different way than in the lanes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Lanes } from "../../../../worker/engine/lanes/lanes.ts";
import type { Outcome } from "../../../../worker/engine/receive/delivery.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";

type Arrival = { atMs: number; kind: string; group: string; lastsMs: number; ends: "completed" | "retried" };

const arrival = fc.record<Arrival>({
  atMs: fc.integer({ min: 0, max: 2000 }),
  kind: fc.constantFrom("a", "b", "c", "d"),
  group: fc.constantFrom("1", "2", "3", "4", "5", "6"),
  lastsMs: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(500, 5000)),
  ends: fc.constantFrom("completed", "completed", "completed", "retried"),
});

const retried: Outcome = { outcome: "retried", cause: "x", run: 1, delaySeconds: 0 };
const kinds = ["a", "b", "c", "d"];
const groupOf = ({ kind, group }: Pick<Arrival, "kind" | "group">) => `${kind}/${group}`;

/** Max-min fair shares of `slots` among kinds that can each use so many. */
function fairShares(slots: number, usable: ReadonlyMap<string, number>): Map<string, number> {
  const shares = new Map<string, number>();
  let left = slots;
  const byNeed = [...usable].sort(([, a], [, b]) => a - b);
  for (const [index, [kind, need]] of byNeed.entries()) {
    const share = Math.min(need, left / (byNeed.length - index));
    shares.set(kind, share);
    left -= share;
  }
  return shares;
}

/** Runs all arrivals through lanes on virtual time. `onStart` is called before the job counts as running. */
function simulate(slots: number, arrivals: readonly Arrival[]) {
  const messages = arrivals.map((one, index) => ({ ...one, index })).sort((x, y) => x.atMs - y.atMs);
  const waiting = new Map<string, number[]>();
  const running = new Map<number, { endsAtMs: number; end: (outcome: Outcome) => void }>();
  const started: { index: number; atMs: number }[] = [];
  const violations: string[] = [];
  let nowMs = 0;
  const runningOf = (kind: string) => [...running.keys()].filter((index) => arrivals[index]?.kind === kind);
  const isRunning = (group: string) =>
    [...running.keys()].some((index) => groupOf(arrivals[index] as Arrival) === group);
  /** Groups of a kind whose next message could run now. */
  const ready = (kind: string) =>
    [...waiting].filter(([group, list]) => group.startsWith(kind) && list.length > 0 && !isRunning(group));

  const judgeStart = (kind: string) => {
    const usable = new Map(kinds.map((name) => [name, runningOf(name).length + ready(name).length]));
    const shares = fairShares(slots, usable);
    const share = (name: string) => shares.get(name) ?? 0;
    if (runningOf(kind).length < share(kind)) return;
    if (runningOf(kind).length === 0) return;
    for (const other of kinds)
      if (other !== kind && ready(other).length > 0 && runningOf(other).length < share(other))
        violations.push(
          `${nowMs} ms: ${kind} took a slot beyond its share while ${other} waited for its own`,
        );
    if (running.size >= slots) violations.push(`${nowMs} ms: ${kind} was lent a slot beside those it had`);
  };

  const lanes = new Lanes({
    slots,
    costOf: () => 1,
    monotonic: () => nowMs,
    execute: ({ messageId }) => {
      const index = Number(messageId);
      const message = arrivals[index] as Arrival;
      const group = groupOf(message);
      if (isRunning(group)) violations.push(`${nowMs} ms: two jobs of ${group} at once`);
      judgeStart(message.kind);
      if (waiting.get(group)?.shift() !== index) violations.push(`${nowMs} ms: ${group} out of order`);
      started.push({ index, atMs: nowMs });
      return new Promise((end) => void running.set(index, { endsAtMs: nowMs + message.lastsMs, end }));
    },
    finish: async () => {},
    returnToQueue: async (deliveries) => {
      // Returned messages arrive again immediately, as SQS would deliver them.
      for (const { messageId } of deliveries.slice(1)) {
        const index = Number(messageId);
        messages.push({ ...(arrivals[index] as Arrival), atMs: nowMs, index });
      }
    },
  });

  const judgeRest = () => {
    for (const kind of kinds) {
      if (ready(kind).length === 0) continue;
      if (running.size < slots) violations.push(`${nowMs} ms: a slot idled while ${kind} waited`);
      if (runningOf(kind).length === 0) violations.push(`${nowMs} ms: ${kind} waited for other kinds' jobs`);
    }
    if (running.size > slots + kinds.length - 1) violations.push(`${nowMs} ms: ${running.size} jobs at once`);
  };

  /** Advances to the next event; false when there is none. */
  const step = async (): Promise<boolean> => {
    const times = [
      ...messages.map(({ atMs }) => atMs),
      ...[...running.values()].map(({ endsAtMs }) => endsAtMs),
    ];
    if (times.length === 0) return false;
    nowMs = Math.max(nowMs, Math.min(...times));
    for (const [index, { endsAtMs, end }] of [...running]) {
      if (endsAtMs > nowMs) continue;
      running.delete(index);
      const message = arrivals[index] as Arrival;
      const { ends } = message;
      if (ends === "retried") waiting.set(groupOf(message), []);
      end(ends === "completed" ? { outcome: ends, replayed: false } : retried);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const due of messages.filter(({ atMs }) => atMs <= nowMs)) {
      messages.splice(messages.indexOf(due), 1);
      const group = groupOf(due);
      waiting.set(group, [...(waiting.get(group) ?? []), due.index]);
      lanes.accept([deliveryNamed(String(due.index), { kind: due.kind, group: due.group })]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    judgeRest();
    return true;
  };
  return { step, violations, started, lanes };
}

test("whatever arrives and however long jobs take: fair shares, no idle slot, no kind waits for another, order is kept", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 6 }),
      async (arrivals, slots) => {
        const { step, violations, started, lanes } = simulate(slots, arrivals);
        while (await step());
        expect(violations).toEqual([]);
        expect(new Set(started.map(({ index }) => index)).size).toBe(arrivals.length);
        expect(lanes.load).toMatchObject({ running: 0, held: 0, busySlots: 0 });
      },
    ),
    { numRuns: 300 },
  );
});

test("with fifty busy channels of a stuck subscriber and four slots, the two other subscribers do not wait", async () => {
  const flood = (kind: string, lastsMs: number): Arrival[] =>
    Array.from({ length: 50 }, (_, index) => ({
      atMs: 0,
      kind,
      group: `${index}`,
      lastsMs,
      ends: "completed",
    }));
  const arrivals = [...flood("a", 60_000), ...flood("b", 10), ...flood("c", 10)];
  const { step, violations, started } = simulate(4, arrivals);
  while (await step());
  expect(violations).toEqual([]);
  const lastOf = (kind: string) =>
    Math.max(...started.filter(({ index }) => arrivals[index]?.kind === kind).map(({ atMs }) => atMs));
  // One borrowed slot each: fifty jobs of 10 ms, one after another.
  expect([lastOf("b"), lastOf("c")]).toEqual([490, 490]);
});
