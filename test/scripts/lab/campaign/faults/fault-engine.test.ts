// When planned faults happen, in a fleet of two places of which one has no worker for a while.
import { expect, test } from "vitest";
import { FaultEngine } from "../../../../../scripts/lab/campaign/faults/fault-engine.ts";
import { noFaultsArmed } from "../../../../../scripts/lab/campaign/faults/targeted-faults.ts";
import type { CampaignWorker } from "../../../../../scripts/lab/campaign/fleet/worker.ts";
import type { PlannedFault } from "../../../../../scripts/lab/campaign/plan/faults.ts";

/** What happens when, in the order in which it does. `empty`: the places that have no worker at the moment. */
function engineOf(faults: readonly PlannedFault[]) {
  const happened: string[] = [];
  const empty = new Set<number>();
  const workerAt = (place: number): CampaignWorker => ({
    id: `worker-${place}`,
    pid: 0,
    metadata: { endpoint: "", paths: new Map(), forgetTokens: () => {}, close: async () => {} },
    leaving: () => false,
    kill: () => happened.push(`kill ${place}`),
    freeze: () => () => {},
    blockLoop: () => {},
    drain: (why) => happened.push(`${why} ${place}`),
    exited: Promise.resolve(),
  });
  const engine = new FaultEngine({
    faults,
    leaseSeconds: 1,
    fleet: {
      at: (place) => (empty.has(place) ? undefined : workerAt(place)),
      replace: () => {},
      shrink: () => {},
      upgrade: () => happened.push("upgrade"),
      otherEntry: () => "",
    },
    armed: noFaultsArmed(),
    count: () => {},
    claimedAgain: async () => {},
    beginOutages: () => happened.push("outage"),
    onNewerProducers: () => happened.push("newer producers"),
    onNewerWorkers: () => happened.push("newer workers"),
    otherEntry: undefined,
  });
  return { engine, happened, empty };
}

const faults: PlannedFault[] = [
  { at: 0.1, kind: "kill", worker: 0 },
  { at: 0.1, kind: "sigterm", worker: 0 },
  { at: 0.2, kind: "kill", worker: 1 },
  { at: 0.2, kind: "newer-producers" },
  { at: 0.3, kind: "newer-workers" },
];

test("a place without a worker holds up its own faults only: a rollout goes on", () => {
  const { engine, happened, empty } = engineOf(faults);
  empty.add(0);
  engine.reached(0.3);
  expect(happened).toEqual(["kill 1", "newer producers", "upgrade", "newer workers"]);
});

test("faults of a place happen in their order once it has a worker again, and no earlier than planned", () => {
  const { engine, happened, empty } = engineOf(faults);
  empty.add(0);
  engine.reached(0.1);
  expect(happened).toEqual([]);
  empty.clear();
  engine.reached(0.2);
  expect(happened).toEqual(["kill 0", "signal 0", "kill 1", "newer producers"]);
  engine.reached(0.2);
  expect(happened).toHaveLength(4);
});
