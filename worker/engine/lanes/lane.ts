// A lane: the waiting messages of one message group, and what it is doing.
// Modes: ready (waits for a slot) -> running -> ready again, or -> breaking (its messages are being returned after a head
// that did not end) -> ready or gone. Or running -> waiting (its head waits for a turn and uses no slot) -> ready.
import type { Delivery } from "../receive/delivery.ts";

/** One lane. */
export type Lane = {
  key: string;
  kind: string;
  /** Messages in order, without the one that runs. */
  waiting: Delivery[];
  mode: "ready" | "running" | "breaking" | "waiting";
  /** Aborts the running job. */
  stop: AbortController | undefined;
};

/** Identifies the lane of a message. */
export function laneKey({ kind, group }: Pick<Delivery, "kind" | "group">): string {
  return `${kind}\n${group}`;
}

/** Collects deliveries by lane, in their order. */
export function byLane(deliveries: readonly Delivery[]): Delivery[][] {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const key = laneKey(delivery);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [delivery]);
    else group.push(delivery);
  }
  return [...groups.values()];
}
