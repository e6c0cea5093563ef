// Random histories of one FIFO queue, checked after every step against the documented rules of order and visibility.
import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { createSqsCore } from "../../../../scripts/local/sqs/core.ts";
import { SqsError } from "../../../../scripts/local/sqs/errors.ts";

type Held = { id: string; group: string; number: number; handle: string; until: number };
type Step =
  | { kind: "send"; group: number; copy: boolean }
  | { kind: "receive"; max: number; seconds: number }
  | { kind: "delete" | "release" | "extend"; which: number }
  | { kind: "wait"; seconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("send"), group: fc.nat(3), copy: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("receive"),
      max: fc.integer({ min: 1, max: 10 }),
      seconds: fc.integer({ min: 0, max: 40 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("delete", "release", "extend"), which: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait"), seconds: fc.integer({ min: 1, max: 30 }) }),
  },
) as fc.Arbitrary<Step>;

/** A simple model of the rules: every message of a group, in order, and what hides it. */
function model() {
  const groups = new Map<string, { id: string; hiddenUntil: number }[]>();
  const of = (group: string) => {
    const list = groups.get(group) ?? [];
    groups.set(group, list);
    return list;
  };
  return {
    groups,
    sent: (group: string, id: string) => of(group).push({ id, hiddenUntil: 0 }),
    hidden: (group: string, id: string, until: number) => {
      const found = of(group).find((message) => message.id === id);
      if (found) found.hiddenUntil = until;
    },
    deleted: (group: string, id: string) =>
      groups.set(
        group,
        of(group).filter((message) => message.id !== id),
      ),
    /** Ids a receive may return for the group, in the order it must. */
    deliverable: (group: string, now: number) => {
      const list = of(group);
      const firstHidden = list.findIndex((message) => message.hiddenUntil > now);
      return list.slice(0, firstHidden < 0 ? list.length : firstHidden).map((message) => message.id);
    },
  };
}

test("in every history a receive returns the first messages of each group in order, and none behind a hidden one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 120 }), async (steps) => {
      const clock = new VirtualClock();
      const core = createSqsCore({ clock, region: "eu-west-1", accountId: "000000000000" });
      core.createQueue("q.fifo", { FifoQueue: "true", MessageRetentionPeriod: "1209600" });
      const expected = model();
      const sent = new Map<string, { group: string; number: number }>();
      let held: Held[] = [];
      let number = 0;
      for (const now of steps) {
        if (now.kind === "send") {
          number += now.copy && number > 0 ? 0 : 1;
          const group = now.copy ? (sent.get(`d${number}`)?.group ?? "g0") : `g${now.group}`;
          const output = core.send("q.fifo", { body: "x", groupId: group, deduplicationId: `d${number}` });
          const known = sent.has(`d${number}`);
          expect(output.duplicate).toBe(known);
          if (!known) expected.sent(group, output.messageId);
          sent.set(`d${number}`, { group, number });
        } else if (now.kind === "receive") {
          const before = new Map(
            [...expected.groups.keys()].map((group) => [group, expected.deliverable(group, clock.now())]),
          );
          const got = await core.receive("q.fifo", { max: now.max, visibilitySeconds: now.seconds });
          const available = [...before.values()].flat().length;
          expect(got.length).toBe(Math.min(now.max, available));
          for (const [group, ids] of before) {
            const ofGroup = got
              .filter(({ message }) => message.groupId === group)
              .map(({ message }) => message.id);
            expect(ofGroup).toEqual(ids.slice(0, ofGroup.length));
          }
          for (const { message, receiptHandle } of got) {
            const until = clock.now() + now.seconds * 1000;
            expected.hidden(message.groupId ?? "", message.id, until);
            held = held.filter(({ id }) => id !== message.id);
            held.push({
              id: message.id,
              group: message.groupId ?? "",
              number: message.seq,
              handle: receiptHandle,
              until,
            });
          }
        } else if (now.kind === "wait") {
          clock.advance(now.seconds * 1000);
        } else {
          const item = held[now.which % Math.max(1, held.length)];
          if (item === undefined) continue;
          const live = item.until > clock.now();
          const act = () => {
            if (now.kind === "delete") return core.delete("q.fifo", item.handle);
            return core.changeVisibility("q.fifo", item.handle, now.kind === "release" ? 0 : 50);
          };
          if (!live) {
            expect(act).toThrow(SqsError);
            continue;
          }
          act();
          if (now.kind === "delete") {
            expected.deleted(item.group, item.id);
            held = held.filter((other) => other !== item);
          } else {
            item.until = clock.now() + (now.kind === "release" ? 0 : 50_000);
            expected.hidden(item.group, item.id, item.until);
          }
        }
        const all = [...expected.groups.values()].flat();
        const inFlight = all.filter((message) => message.hiddenUntil > clock.now()).length;
        expect(core.metrics("q.fifo")).toMatchObject({ inFlight, visible: all.length - inFlight });
      }
    }),
    { numRuns: 300 },
  );
});
