// Order and exactly-once effect as a property: many small fleets whose workers are killed, frozen and drained at
// random moments while calls to the queue and to the ledger fail and lose their answers. Virtual time, real queue.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Blow, type History, idOf, play, type SimulatedJob } from "../support/simulated-fleet.ts";

const acts = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ act: "reject" as const }) },
  { weight: 1, arbitrary: fc.constant({ act: "fail" as const }) },
  { weight: 1, arbitrary: fc.constant({ act: "hang" as const, times: 1 }) },
);
const histories = fc.record<History>({
  groups: fc
    .array(fc.array(fc.tuple(acts, fc.integer({ min: 0, max: 4000 })), { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((groups) =>
      groups.map((jobs, index) =>
        jobs.map(([act, sleepMs], n) => ({ group: `g${index}`, n, sleepMs, ...act })),
      ),
    ),
  blows: fc.array(
    fc.record<Blow>({
      atMs: fc.integer({ min: 0, max: 30_000 }),
      worker: fc.nat({ max: 1 }),
      does: fc.constantFrom("kill", "freeze", "spot", "sigterm"),
      forMs: fc.integer({ min: 500, max: 25_000 }),
    }),
    { maxLength: 6 },
  ),
  faultPercent: fc.constantFrom(0, 5, 15),
  seed: fc.nat(),
});

/** How a job must end. It depends only on the job, never on what happened around it. */
function due({ act, times }: SimulatedJob): string {
  if (act === "reject") return "rejected";
  return act === "fail" && times === undefined ? "dead-lettered" : "completed";
}

test("whatever happens to workers, queue calls and ledger calls: order within each group, one ending per job, only poisonous jobs dead-lettered", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const { books, rows, left, dead } = await play(history);
      expect(left).toBe(0);
      expect(books.early).toEqual([]);
      for (const [index, jobs] of history.groups.entries()) {
        const endings = books.endings.filter(({ group }) => group === `g${index}`);
        expect(endings).toEqual(jobs.map((job) => ({ group: job.group, n: job.n, status: due(job) })));
        expect(jobs.map((job) => rows.get(idOf(job))?.status)).toEqual(jobs.map(due));
      }
      const poisonous = history.groups.flat().filter((job) => due(job) === "dead-lettered");
      expect(dead).toEqual(new Set(poisonous.map(idOf)));
    }),
    { numRuns: 20, interruptAfterTimeLimit: 60_000 },
  );
}, 300_000);
