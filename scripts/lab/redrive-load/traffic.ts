// What goes on meanwhile: producers that enqueue to the same groups, and a consumer that takes jobs as workers do, one of a
// group at a time, and keeps books of the order.
import { randomUUID } from "node:crypto";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { queueName } from "../../../worker/fleet/resources.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { remove, take, urlOf } from "../../queues/messages/take.ts";
import { type Placed, redriven } from "./job.ts";
import type { World } from "./world.ts";

/** Produces until it is stopped. `sent` resolves to what was produced. */
export async function startProducing({ sqs, names }: World, groups: readonly string[], seed: number) {
  const queueUrl = await urlOf(sqs, queueName(names.fleet, redriven.kind));
  const enqueue = createEnqueue({ sqs, queueUrl: () => queueUrl, now: Date.now, newTraceId: randomUUID });
  const random = seededRandom(seed);
  const sent: Placed[] = [];
  let stopped = false;
  const next = new Map<string, number>();
  const run = async () => {
    while (!stopped) {
      const group = groups[Math.floor(random() * groups.length)] ?? "";
      const n = next.get(group) ?? 0;
      next.set(group, n + 1);
      const payload: Placed = { group, from: "producer", n };
      await enqueue(redriven, payload);
      sent.push(payload);
    }
  };
  const ended = run();
  return {
    sent: () => sent.length,
    stop: async (): Promise<readonly Placed[]> => {
      stopped = true;
      await ended;
      return sent;
    },
  };
}

/** Consumes until it is stopped and the queue is empty. Resolves to all that was taken, in order. */
export async function startConsuming({ sqs, names }: World) {
  const from = { sqs, queueUrl: await urlOf(sqs, queueName(names.fleet, redriven.kind)) };
  const taken: Placed[] = [];
  let stopped = false;
  const run = async () => {
    for (;;) {
      const messages = await take(from, 60);
      if (messages.length === 0 && stopped) return;
      for (const message of messages) {
        taken.push(redriven.payload.parse((JSON.parse(message.body) as { payload: unknown }).payload));
        await remove(from, message);
      }
    }
  };
  const ended = run();
  return {
    stop: async (): Promise<readonly Placed[]> => {
      stopped = true;
      await ended;
      return taken;
    },
  };
}
