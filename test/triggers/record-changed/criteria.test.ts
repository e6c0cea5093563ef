// The criteria as pure functions: which change leads to which jobs, and that every other change leads to none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Change } from "../../../triggers/record-changed/change.ts";
import { albumCrossedTen, criteria, outboxRowAppeared } from "../../../triggers/record-changed/criteria.ts";
import { afterJoin, afterLeave, emptyAlbum } from "../../../worker/jobs/pictures/albums/album.ts";

const album = (pictures: number, peak = pictures, revision = peak) => ({
  album: "holiday",
  pictures,
  peak,
  revision,
});
const sheet = (threshold: number, revision: number) =>
  expect.objectContaining({
    kind: "contact-sheet",
    payload: { album: "holiday", threshold, revision },
  });

describe("an album that crossed a multiple of ten", () => {
  test.each([
    ["from 9 to 10", album(9), album(10), [sheet(10, 10)]],
    ["from 19 to 20", album(19), album(20), [sheet(20, 20)]],
    ["from 8 to 9", album(8), album(9), []],
    ["from 10 to 11", album(10), album(11), []],
    ["down from 10 to 9", album(10), album(9, 10, 11), []],
    ["up again from 9 to 10", album(9, 10, 11), album(10, 10, 12), []],
    ["up again past its peak, from 10 to 11", album(10, 10, 12), album(11, 11, 13), []],
    ["in a write that changed nothing", album(10), album(10), []],
    ["by a correction from 5 to 31", album(5), album(31), [sheet(10, 31), sheet(20, 31), sheet(30, 31)]],
  ])("%s", (_, before, after, expected) => {
    expect(albumCrossedTen({ event: "MODIFY", before, after })).toEqual(expected);
  });

  test("a new album is compared with an empty one, and a removed album leads to nothing", () => {
    expect(albumCrossedTen({ event: "INSERT", after: album(1) })).toEqual([]);
    expect(albumCrossedTen({ event: "INSERT", after: album(10) })).toEqual([sheet(10, 10)]);
    expect(albumCrossedTen({ event: "REMOVE", before: album(10) })).toEqual([]);
  });

  test("an album that cannot be read throws instead of being skipped", () => {
    expect(() =>
      albumCrossedTen({ event: "MODIFY", before: album(9), after: { album: "x", peak: "ten" } }),
    ).toThrow(/peak/);
  });
});

describe("a row that appeared in the outbox", () => {
  const row = {
    id: "1",
    kind: "resize-image",
    payload: "{}",
    traceId: "t",
    pending: "0",
    dueAt: "d",
    tries: 0,
  };

  test("is relayed; later changes of it and its expiry lead to nothing", () => {
    expect(outboxRowAppeared({ event: "INSERT", after: row })).toEqual([{ type: "relay", row }]);
    const { pending: _, ...relayed } = row;
    expect(outboxRowAppeared({ event: "MODIFY", before: row, after: relayed })).toEqual([]);
    expect(outboxRowAppeared({ event: "REMOVE", before: relayed })).toEqual([]);
  });
});

test("every criterion has a unique name and belongs to a table whose stream is read", async () => {
  const { eventSources } = await import("../../../triggers/catalog/event-sources.ts");
  expect(new Set(criteria.map(({ name }) => name)).size).toBe(criteria.length);
  for (const { table } of criteria) expect(eventSources["record-changed"].tables).toContain(table);
});

/** One change of an album: a picture joins, or leaves if there is one. */
const steps = fc.array(fc.constantFrom("join", "join", "leave"), { maxLength: 60 });

test("1,000 albums grow and shrink at once, with changes repeated, delayed and out of order: each threshold is crossed once, for every seed", () => {
  fc.assert(
    fc.property(
      fc.array(steps, { minLength: 1000, maxLength: 1000 }),
      fc.infiniteStream(fc.nat()),
      (lives, random) => {
        const reference = new Set<string>();
        const changes = lives.flatMap((life, index) => changesOf(`album-${index}`, life, reference));
        const delivered = shuffled([...changes, ...changes.filter((_, index) => index % 3 === 0)], random);
        const fired = delivered.flatMap((change) =>
          albumCrossedTen(change).map((follow) => ("payload" in follow ? follow.payload : follow)),
        );
        expect(new Set(fired.map((payload) => JSON.stringify(payload)))).toEqual(reference);
      },
    ),
    { numRuns: 20 },
  );
});

/** The changes of an album's row, and in `reference` the expected jobs, computed by counting alone. */
function changesOf(album: string, life: readonly string[], reference: Set<string>): Change[] {
  const changes: Change[] = [];
  let numbers = emptyAlbum;
  let highest = 0;
  for (const step of life) {
    if (step === "leave" && numbers.pictures === 0) continue;
    const before = { album, ...numbers };
    numbers = step === "join" ? afterJoin(numbers) : afterLeave(numbers);
    const after = { album, ...numbers };
    changes.push(before.revision === 0 ? { event: "INSERT", after } : { event: "MODIFY", before, after });
    if (numbers.pictures > highest && numbers.pictures % 10 === 0)
      reference.add(JSON.stringify({ album, threshold: numbers.pictures, revision: numbers.revision }));
    highest = Math.max(highest, numbers.pictures);
  }
  return changes;
}

function shuffled<Value>(values: Value[], random: Iterator<number>): Value[] {
  for (let index = values.length - 1; index > 0; index -= 1) {
    const other = Number(random.next().value) % (index + 1);
    [values[index], values[other]] = [values[other] as Value, values[index] as Value];
  }
  return values;
}
