// The observer of order: what counts as a violation, and what does not.
import { expect, test } from "vitest";
import { createObserver } from "../../../../../scripts/lab/bench/queue/observer.ts";

const job = (group: string, sequence: number, ms = 0) => ({ group, sequence, ms });

test("sequential jobs of a group and parallel groups are no violation", async () => {
  const { run, observed } = createObserver();
  const group = async (name: string) => {
    for (const sequence of [0, 1, 2]) await run(job(name, sequence));
  };
  await Promise.all([group("a"), group("b")]);
  expect(observed()).toEqual({ started: 6, overlaps: 0, late: 0, repeated: 0 });
});

test("a job that starts while an earlier one of its group runs is an overlap, even if neither of them waits", async () => {
  const { run, observed } = createObserver();
  await Promise.all([run(job("a", 0)), run(job("a", 1)), run(job("b", 0))]);
  expect(observed()).toMatchObject({ started: 3, overlaps: 1 });
});

test("a job that starts after a later one of its group is late", async () => {
  const { run, observed } = createObserver();
  for (const sequence of [0, 2, 1, 3]) await run(job("a", sequence));
  expect(observed()).toMatchObject({ overlaps: 0, late: 1, repeated: 0 });
});

test("repeating the last job at once counts as repeated, but in order", async () => {
  const { run, observed } = createObserver();
  for (const sequence of [0, 1, 1]) await run(job("a", sequence));
  expect(observed()).toMatchObject({ overlaps: 0, late: 0, repeated: 1 });
});
