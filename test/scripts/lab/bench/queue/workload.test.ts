// The benchmark's messages: the same in every run, numbered within their groups, and readable by our own worker.
import { expect, test } from "vitest";
import {
  benchKind,
  jobSchema,
  messagesOf,
  type Workload,
  workloads,
} from "../../../../../scripts/lab/bench/queue/workload.ts";
import { messageSchema } from "../../../../../worker/engine/job/message.ts";

const payloadsOf = (workload: Workload, run: string) =>
  [...messagesOf(workload, run)].map(({ body }) =>
    jobSchema.parse(messageSchema.parse(JSON.parse(body)).payload),
  );

test.each(workloads)(
  "$name has the declared number of messages, numbered without gaps in each group",
  (workload) => {
    const payloads = payloadsOf(workload, "r");
    const next = new Map<string, number>();
    for (const { group, sequence } of payloads) {
      expect(sequence).toBe(next.get(group) ?? 0);
      next.set(group, sequence + 1);
    }
    expect(payloads.length).toBe(workload.messages);
    expect(next.size).toBe(workload.groups);
  },
);

test.each(workloads)("$name has the same jobs in every run, under different ids", (workload) => {
  expect(payloadsOf(workload, "a")).toEqual(payloadsOf(workload, "b"));
  const ids = (run: string) => [...messagesOf(workload, run)].map(({ body }) => JSON.parse(body).jobId);
  expect(new Set([...ids("a"), ...ids("b")]).size).toBe(2 * workload.messages);
});

test("there are as many slow jobs as declared, each in its own group", () => {
  for (const workload of workloads.filter(({ slowShare }) => slowShare > 0)) {
    const slow = payloadsOf(workload, "r").filter(({ ms }) => ms === workload.slowMs);
    expect(slow.length).toBe(workload.messages * workload.slowShare);
    expect(new Set(slow.map(({ group }) => group)).size).toBe(slow.length);
  }
});

test("every message is of the benchmark's kind", () => {
  const [first] = messagesOf(workloads[0] as Workload, "r");
  expect(messageSchema.parse(JSON.parse(first?.body ?? ""))).toMatchObject({ v: 1, kind: benchKind });
});
