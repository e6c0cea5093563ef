// The scaling policy: what it decides from figures, and what holds for any.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScalingFigures } from "../../infra/scaling/figures.ts";
import {
  blankMemory,
  historyOf,
  noteDesired,
  remember,
  type ScalingMemory,
} from "../../infra/scaling/memory.ts";
import { type ScalingHistory, scalingPolicy } from "../../infra/scaling/policy.ts";
import { keepSecondsFor } from "../../infra/scaling/shrinkage.ts";
import { needAfterBoot } from "../../infra/scaling/size.ts";
import { decideCapacity } from "../../infra/scaling-policy.ts";

const long = 100_000;

/** A fleet of `size` instances of eight slots that has run for long, with `busy` busy slots and `waiting` jobs of 2 s. */
function fleetOf(size: number, busy: number, waiting: number) {
  const figures: ScalingFigures = {
    at: long,
    kinds: { a: { waiting, secondsPerJob: 2 } },
    inFlight: busy,
    busySlots: busy,
    idleSlots: size * 8 - busy,
    inService: size,
  };
  const history: ScalingHistory = {
    looks: 100,
    earlierNeed: 1000,
    usualBusySlots: busy,
    arrivingSlots: busy,
    boundLooks: 0,
    emptySeconds: 0,
    gaps: [],
    grownAt: 0,
    shrunkAt: 0,
  };
  return { figures, history, fleet: { desired: size, now: long } };
}

type Case = ReturnType<typeof fleetOf>;

const decide = ({ figures, history, fleet }: Case) => decideCapacity(scalingPolicy, figures, history, fleet);

test("a single waiting message takes the fleet from zero to one at the first look", () => {
  const { figures, history } = fleetOf(0, 0, 1);
  const decision = decideCapacity(
    scalingPolicy,
    figures,
    { ...history, looks: 1, earlierNeed: 0 },
    { desired: 0, now: long },
  );
  expect(decision).toMatchObject({ wanted: 1, reason: "from-zero" });
});

test("from the second look on, a fleet at zero starts what both of the last two looks asked for, and one at least", () => {
  const from = (waiting: number, looks: number, earlierNeed: number) => {
    const { figures, history } = fleetOf(0, 0, waiting);
    const fleet = { desired: 0, now: long };
    return decideCapacity(scalingPolicy, figures, { ...history, looks, earlierNeed }, fleet).wanted;
  };
  // 1,200 jobs of 2 s are five instances' work within a minute, one job is one instance's.
  expect([from(1200, 1, 5), from(1200, 2, 3), from(1200, 2, 9)]).toEqual([1, 3, 5]);
  expect([from(1, 2, 9), from(1200, 2, 0)]).toEqual([1, 1]);
});

describe("growth", () => {
  test("a backlog that fits into the target wait adds nothing", () => {
    // 480 jobs of 2 s keep 16 slots busy for a minute.
    expect(decide(fleetOf(2, 16, 480))).toMatchObject({ wanted: 2, reason: "steady", need: 2 });
  });

  test("a longer one adds at once as many as bring the wait down to the target", () => {
    expect(decide(fleetOf(2, 16, 1200))).toMatchObject({ wanted: 5, reason: "backlog", need: 5 });
  });

  test("a backlog that will be done before a new instance has booted adds nothing", () => {
    const short = fleetOf(2, 16, 900);
    expect(decide({ ...short, history: { ...short.history, arrivingSlots: 0 } }).wanted).toBe(2);
  });

  test("instances on their way count for half of the boot time", () => {
    const size = { slots: 8, capacity: 16, backlogSeconds: 4800, need: 10 };
    expect(needAfterBoot(scalingPolicy, size, 16, 0)).toBe(10);
    expect(needAfterBoot(scalingPolicy, size, 16, 4)).toBe(6);
  });

  test("idle slots beside waiting jobs mean that the open groups are the bound", () => {
    expect(decide(fleetOf(2, 4, 5000))).toMatchObject({ wanted: 2, reason: "group-bound" });
  });

  test("open groups that are known are the limit", () => {
    const hot = fleetOf(2, 16, 5000);
    expect(decide({ ...hot, figures: { ...hot.figures, openGroups: 20 } })).toMatchObject({ wanted: 3 });
    expect(decide({ ...hot, figures: { ...hot.figures, openGroups: 16 } })).toMatchObject({
      wanted: 2,
      reason: "group-bound",
    });
  });

  test("a count that only one look shows changes nothing yet", () => {
    const odd = fleetOf(2, 16, 5000);
    expect(decide({ ...odd, history: { ...odd.history, earlierNeed: 1 } })).toMatchObject({
      wanted: 2,
      reason: "looking-again",
    });
  });

  test("a kind with a target of its own counts by that", () => {
    const { figures, ...rest } = fleetOf(2, 16, 480);
    const kinds = { a: { waiting: 480, secondsPerJob: 2, targetWaitSeconds: 30 } };
    expect(decide({ figures: { ...figures, kinds }, ...rest })).toMatchObject({ wanted: 4, need: 4 });
  });

  test("within a boot time of a shrink only a wait of more than twice the target adds instances", () => {
    const shrunk = (waiting: number, secondsAgo: number) => {
      const { history, ...rest } = fleetOf(2, 16, waiting);
      return decide({ ...rest, history: { ...history, shrunkAt: long - secondsAgo } });
    };
    expect(shrunk(960, 119)).toMatchObject({ wanted: 2, reason: "steady", need: 4 });
    expect(shrunk(960, 120)).toMatchObject({ wanted: 4, reason: "backlog" });
    expect(shrunk(961, 119)).toMatchObject({ wanted: 5, reason: "backlog" });
  });

  test("workers that have no slots are no sign that the open groups are the bound", () => {
    const { figures, ...rest } = fleetOf(1, 0, 480);
    const withSlots = (idleSlots: number) => decide({ figures: { ...figures, idleSlots }, ...rest });
    expect(withSlots(0)).toMatchObject({ wanted: 2 });
    expect(withSlots(1)).toMatchObject({ wanted: 1, reason: "group-bound" });
  });

  test("until a worker reports, the second look decides and then the fleet waits", () => {
    const booting = { ...fleetOf(0, 0, 5000), fleet: { desired: 1, now: long } };
    const at = (looks: number, grownAt: number) =>
      decide({ ...booting, history: { ...booting.history, looks, grownAt } });
    expect(at(1, long).reason).toBe("looking-again");
    expect(at(2, long).wanted).toBe(10);
    expect(at(3, long)).toMatchObject({ wanted: 1, reason: "booting" });
    expect(at(30, long - 200).wanted).toBe(10);
  });
});

describe("shrinking", () => {
  test("half of the surplus goes at a time, under load", () => {
    expect(decide(fleetOf(10, 16, 0))).toMatchObject({ wanted: 6, reason: "idle-slots" });
  });

  test("what the busy slots need stays", () => {
    expect(decide(fleetOf(3, 17, 0))).toMatchObject({ wanted: 3, reason: "steady" });
  });

  test("so many stay that what waits fits into half of the target", () => {
    // 480 jobs of 2 s are two instances' work within the target, four within half of it.
    expect(decide(fleetOf(4, 8, 480))).toMatchObject({ wanted: 4, reason: "steady" });
    expect(decide(fleetOf(6, 8, 480))).toMatchObject({ wanted: 5, reason: "idle-slots" });
  });

  test("nothing shrinks within a boot time of growing", () => {
    const grown = fleetOf(10, 16, 0);
    const grownFor = (seconds: number) =>
      decide({ ...grown, history: { ...grown.history, grownAt: long - seconds } }).wanted;
    expect([grownFor(60), grownFor(119), grownFor(120)]).toEqual([10, 10, 6]);
  });

  test("where slots have long idled beside waiting jobs, so many stay that this can still be seen", () => {
    const { history, ...rest } = fleetOf(4, 8, 5000);
    const bound = (boundLooks: number) => decide({ ...rest, history: { ...history, boundLooks } });
    expect(bound(2)).toMatchObject({ wanted: 4, reason: "group-bound" });
    expect(bound(3)).toMatchObject({ wanted: 3, reason: "idle-slots" });
  });

  test("the last instance stays while any message is in flight", () => {
    const invisible = fleetOf(1, 0, 0);
    expect(decide({ ...invisible, figures: { ...invisible.figures, inFlight: 1 } }).wanted).toBe(1);
  });

  test("the last instance is kept, then goes", () => {
    const empty = fleetOf(1, 0, 0);
    const emptyFor = (emptySeconds: number) =>
      decide({ ...empty, history: { ...empty.history, emptySeconds } });
    expect(emptyFor(29)).toMatchObject({ wanted: 1, reason: "kept" });
    expect(emptyFor(119)).toMatchObject({ wanted: 1, reason: "kept" });
    expect(emptyFor(120)).toMatchObject({ wanted: 0, reason: "empty" });
  });

  test("an instance that may still boot is kept, however long nothing has come", () => {
    const { history, ...rest } = fleetOf(1, 0, 0);
    const grown = (secondsAgo: number) =>
      decide({ ...rest, history: { ...history, emptySeconds: 200, grownAt: long - secondsAgo } });
    expect(grown(119)).toMatchObject({ wanted: 1, reason: "kept" });
    expect(grown(120)).toMatchObject({ wanted: 0, reason: "empty" });
  });
});

describe("the time to keep the last instance", () => {
  test("is the boot time until three gaps are known", () => {
    expect(keepSecondsFor(scalingPolicy, [900, 900])).toBe(120);
  });

  test("is short where gaps are long, and covers gaps that are short", () => {
    expect(keepSecondsFor(scalingPolicy, [3600, 3600, 3600])).toBe(30);
    expect(keepSecondsFor(scalingPolicy, [100, 80, 200, 3600])).toBe(200);
    expect(keepSecondsFor(scalingPolicy, [100, 80, 200])).toBe(300);
  });

  test("is within the settings for any gaps", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000)), (gaps) => {
        const keep = keepSecondsFor(scalingPolicy, gaps);
        expect(keep).toBeGreaterThanOrEqual(30);
        expect(keep).toBeLessThanOrEqual(300);
      }),
    );
  });
});

test("figures that are too old decide nothing", () => {
  const old = fleetOf(2, 16, 50_000);
  expect(decide({ ...old, fleet: { desired: 2, now: long + 181 } })).toMatchObject({
    wanted: 2,
    reason: "stale",
  });
});

const count = fc.nat(100_000);
const anyCase = fc.record({
  figures: fc.record({
    at: fc.constant(long),
    kinds: fc.dictionary(
      fc.constantFrom("a", "b"),
      fc.record({ waiting: count, secondsPerJob: fc.nat(1000) }),
    ),
    inFlight: count,
    busySlots: count,
    idleSlots: count,
    inService: fc.nat(20),
  }),
  history: fc.record({
    looks: fc.nat(5),
    earlierNeed: count,
    usualBusySlots: count,
    arrivingSlots: count,
    boundLooks: fc.nat(5),
    emptySeconds: fc.nat(1000),
    gaps: fc.array(count, { maxLength: 20 }),
    grownAt: fc.nat(long),
    shrunkAt: fc.nat(long),
  }),
  fleet: fc.record({ desired: fc.nat(20), now: fc.integer({ min: long, max: long + 400 }) }),
});

test("for any figures the fleet is within its bounds and never zero while there is fresh work", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      const { wanted } = decide(any);
      expect(wanted).toBeGreaterThanOrEqual(scalingPolicy.min);
      expect(wanted).toBeLessThanOrEqual(scalingPolicy.max);
      const works =
        any.figures.inFlight > 0 || Object.values(any.figures.kinds).some(({ waiting }) => waiting > 0);
      if (works && any.fleet.now - long <= 180) expect(wanted).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

describe("the memory", () => {
  const seen = (at: number, busy: number, waiting: number): ScalingFigures => ({
    ...fleetOf(2, busy, waiting).figures,
    at,
  });
  const memoryOf = (figures: readonly ScalingFigures[]): ScalingMemory =>
    figures.reduce((memory, one) => remember(scalingPolicy, memory, one), blankMemory);

  test("takes no burst for a rate: the median of what arrives is what counts", () => {
    const counts = [0, 0, 20_000, 19_950, 19_900].map((waiting, index) => seen(index * 10, 10, waiting));
    expect(memoryOf(counts).arrivingSlots).toBeLessThan(20);
  });

  test("takes the median of rates as numbers, also of the few that are known", () => {
    const busy = (...counts: number[]) => counts.map((count, index) => seen(index * 10, count, 0));
    expect(memoryOf(busy(100, 9, 10, 5)).arrivingSlots).toBe(10);
    expect(memoryOf(busy(7)).arrivingSlots).toBe(7);
    expect(historyOf(blankMemory, 0).arrivingSlots).toBe(0);
  });

  test("averages over the last minute before the newest figures", () => {
    expect(memoryOf([seen(0, 9, 0), seen(30, 2, 0), seen(61, 4, 0)]).usualBusySlots).toBe(3);
  });

  test("counts looks with work, and from one again after a look without", () => {
    const looks = [1, 1, 0, 1].map((_, index, busy) => busy.slice(0, index + 1));
    const counted = looks.map((busy) => memoryOf(busy.map((count, look) => seen(look * 10, count, 0))).looks);
    expect(counted).toEqual([1, 2, 0, 1]);
  });

  test("counts looks in a row at which slots idle beside waiting jobs", () => {
    const idles = (...busy: number[]) =>
      memoryOf(busy.map((count, look) => seen(look * 10, count, 50))).boundLooks;
    expect([idles(4), idles(4, 4), idles(4, 4, 16), idles(4, 16, 4)]).toEqual([1, 2, 0, 1]);
  });

  test("counts as arriving what runs and what the backlog grows by a second", () => {
    // A hundred jobs of 2 s more in every ten seconds.
    expect(memoryOf([0, 1, 2].map((look) => seen(look * 10, 10, look * 100))).arrivingSlots).toBe(30);
  });

  test("learns how long the gaps without work are, and how long this one has lasted", () => {
    const memory = memoryOf([seen(0, 1, 0), seen(10, 0, 0), seen(50, 1, 0), seen(60, 0, 0)]);
    expect(memory.gaps).toEqual([40]);
    expect(historyOf(memory, 75).emptySeconds).toBe(15);
  });

  test("counts jobs that came and ended between two looks as work", () => {
    const empty = (at: number, ended: number) => ({ ...seen(at, 0, 0), ended });
    expect(memoryOf([empty(0, 5), empty(10, 6)]).emptySince).toBeUndefined();
    expect(memoryOf([empty(0, 5), empty(10, 6), empty(20, 6)]).emptySince).toBe(20);
  });

  test("ignores figures that it has seen, so that one count is not looked at twice", () => {
    const once = memoryOf([seen(10, 1, 100)]);
    expect(remember(scalingPolicy, once, seen(10, 1, 100))).toBe(once);
  });

  test("notes when the fleet grew and shrank", () => {
    const grown = noteDesired(blankMemory, 3, 100);
    expect(noteDesired(noteDesired(grown, 3, 150), 2, 200)).toMatchObject({ grownAt: 100, shrunkAt: 200 });
  });
});
