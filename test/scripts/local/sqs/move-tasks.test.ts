import { expect, test } from "vitest";
import { startCore } from "../../../support/sqs-core.ts";

/** A queue whose dead-letter queue has the given messages. */
async function withDeadLetters(...bodies: string[]) {
  const started = startCore();
  const { clock, core, fifo, send, receive } = started;
  const dead = fifo("dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: core.arnOf(dead), maxReceiveCount: 1 });
  const queue = fifo("q", { RedrivePolicy, VisibilityTimeout: "1" });
  send(queue, ...bodies);
  while ((await receive(queue)).length > 0);
  clock.advance(1_000);
  await receive(queue);
  return { ...started, dead, queue, sourceArn: core.arnOf(dead) };
}
const bodies = (count: number) => Array.from({ length: count }, (_, index) => `g${index}-1`);

test("a task keeps to its messages per second and reports its progress", async () => {
  const { clock, core, sourceArn, queue } = await withDeadLetters(...bodies(10));
  core.startMoveTask({ sourceArn, messagesPerSecond: 2 });
  clock.advance(2_000);
  expect(core.metrics(queue).visible).toBe(4);
  expect(core.listMoveTasks(sourceArn)).toMatchObject([{ status: "RUNNING", moved: 4, toMove: 10 }]);
  clock.advance(4_000);
  expect(core.listMoveTasks(sourceArn)).toMatchObject([{ status: "COMPLETED", moved: 10 }]);
});

test("a cancelled task moves nothing more", async () => {
  const { clock, core, sourceArn, dead } = await withDeadLetters(...bodies(10));
  const handle = core.startMoveTask({ sourceArn, messagesPerSecond: 1 });
  clock.advance(3_000);
  expect(core.cancelMoveTask(handle)).toBe(3);
  clock.advance(60_000);
  expect(core.metrics(dead).visible).toBe(7);
  expect(core.listMoveTasks(sourceArn)).toMatchObject([{ status: "CANCELLED", moved: 3 }]);
  expect(() => core.cancelMoveTask(handle)).toThrow("Task does not exist.");
});

test("only one task per queue runs at a time", async () => {
  const { core, sourceArn } = await withDeadLetters(...bodies(3));
  core.startMoveTask({ sourceArn, messagesPerSecond: 1 });
  expect(() => core.startMoveTask({ sourceArn })).toThrow(/already a task running/);
});

test("a task moves messages to its destination; without one, a message without a source makes it fail", async () => {
  const { clock, core, fifo, send, sourceArn, dead } = await withDeadLetters("a-1");
  const other = fifo("other");
  core.startMoveTask({ sourceArn, destinationArn: core.arnOf(other) });
  clock.advance(1_000);
  expect(core.metrics(other).visible).toBe(1);
  send(dead, "b-1");
  core.startMoveTask({ sourceArn });
  clock.advance(1_000);
  expect(core.listMoveTasks(sourceArn)[0]).toMatchObject({
    status: "FAILED",
    failureReason: "CouldNotDetermineMessageSource",
  });
});

test("a task whose destination is deleted fails, and the remaining messages stay", async () => {
  const { clock, core, fifo, sourceArn, dead } = await withDeadLetters(...bodies(5));
  const other = fifo("other");
  core.startMoveTask({ sourceArn, destinationArn: core.arnOf(other), messagesPerSecond: 1 });
  clock.advance(2_000);
  core.deleteQueue(other);
  clock.advance(2_000);
  expect(core.listMoveTasks(sourceArn)[0]).toMatchObject({ status: "FAILED", moved: 2 });
  expect(core.metrics(dead).visible).toBe(3);
});

test("a task is refused for unknown queues, other types and rates above 500", async () => {
  const { core, sourceArn, queue } = await withDeadLetters("a-1");
  core.createQueue("standard");
  const refused = [
    { sourceArn: `${sourceArn}x` },
    { sourceArn: core.arnOf(queue) },
    { sourceArn, destinationArn: core.arnOf("standard") },
    { sourceArn, destinationArn: `${sourceArn}x` },
    { sourceArn, messagesPerSecond: 501 },
  ];
  for (const input of refused) expect(() => core.startMoveTask(input)).toThrow();
  expect(core.listMoveTasks(sourceArn)).toEqual([]);
});
