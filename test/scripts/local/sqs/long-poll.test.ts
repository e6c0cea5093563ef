import { expect, test } from "vitest";
import { startCore } from "../../../support/sqs-core.ts";

/** Whether a promise is settled. */
const isPending = async (promise: Promise<unknown>) => {
  const pending = Symbol();
  return (
    (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, pending))])) === pending
  );
};

test("a receive waits until a message arrives or its time is over", async () => {
  const { clock, fifo, send, bodies } = startCore();
  const queue = fifo("q");
  const first = bodies(queue, { waitSeconds: 20 });
  clock.advance(19_999);
  expect(await isPending(first)).toBe(true);
  clock.advance(1);
  expect(await first).toEqual([]);
  const second = bodies(queue, { waitSeconds: 20 });
  send(queue, "a-1");
  expect(await second).toEqual(["a-1"]);
});

test("the queue's own wait time applies when the receive names none", async () => {
  const { clock, fifo, bodies } = startCore();
  const waiting = bodies(fifo("q", { ReceiveMessageWaitTimeSeconds: "5" }));
  clock.advance(4_999);
  expect(await isPending(waiting)).toBe(true);
  clock.advance(1);
  expect(await waiting).toEqual([]);
});

test("the end of a visibility timeout, of a delay and of a group's block each wake a waiting receive", async () => {
  const { clock, core, fifo, send, receive, bodies } = startCore();
  const queue = fifo("q", { VisibilityTimeout: "10" });
  send(queue, "a-1", "a-2");
  await receive(queue, { max: 1 });
  const afterTimeout = receive(queue, { max: 1, waitSeconds: 20 });
  clock.advance(10_000);
  const [again] = await afterTimeout;
  expect(again?.message.body).toBe("a-1");
  const afterDelete = bodies(queue, { waitSeconds: 20 });
  core.delete(queue, again?.receiptHandle ?? "");
  expect(await afterDelete).toEqual(["a-2"]);
  const delayed = fifo("delayed", { DelaySeconds: "3" });
  send(delayed, "b-1");
  const afterDelay = bodies(delayed, { waitSeconds: 20 });
  clock.advance(3_000);
  expect(await afterDelay).toEqual(["b-1"]);
});

test("the first of several waiting receives gets the message; the others keep waiting", async () => {
  const { core, fifo, send, bodies } = startCore();
  const queue = fifo("q");
  const waiting = [1, 2, 3].map(() => bodies(queue, { waitSeconds: 20 }));
  send(queue, "a-1");
  expect(await waiting[0]).toEqual(["a-1"]);
  expect(core.waiting(queue)).toBe(2);
  send(queue, "a-2", "b-1");
  expect(await waiting[1]).toEqual(["b-1"]);
});

test("a retry of a receive that still waits gets the same messages and handles as the first try", async () => {
  const { fifo, send, receive } = startCore();
  const queue = fifo("q");
  const [first, other, retry] = ["try", "other", "try"].map((attemptId) =>
    receive(queue, { attemptId, waitSeconds: 20 }),
  );
  send(queue, "a-1");
  expect(await retry).toEqual(await first);
  expect(await isPending(other ?? Promise.resolve())).toBe(true);
});

test("a caller that goes away receives nothing; with strandAbortedReceives it leaves a message invisible", async () => {
  for (const strandAbortedReceives of [false, true]) {
    const { clock, core, fifo, send } = startCore({ strandAbortedReceives });
    const queue = fifo("q", { VisibilityTimeout: "30" });
    const caller = new AbortController();
    const receiving = core.receive(queue, { waitSeconds: 20 }, caller.signal);
    caller.abort();
    send(queue, "a-1");
    expect(await receiving).toHaveLength(strandAbortedReceives ? 1 : 0);
    expect(core.metrics(queue).inFlight).toBe(strandAbortedReceives ? 1 : 0);
    clock.advance(30_000);
    expect(core.metrics(queue)).toMatchObject({ visible: 1, inFlight: 0 });
  }
});

test("deleting a queue ends the receives that wait for it with QueueDoesNotExist", async () => {
  const { core, fifo, receive } = startCore();
  const queue = fifo("q");
  const waiting = receive(queue, { waitSeconds: 20 });
  core.deleteQueue(queue);
  await expect(waiting).rejects.toMatchObject({ code: "QueueDoesNotExist" });
});

test("a dead-lettered message wakes a receive that waits for the dead-letter queue", async () => {
  const { clock, core, fifo, send, receive, bodies } = startCore();
  const dead = fifo("dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: core.arnOf(dead), maxReceiveCount: 1 });
  const queue = fifo("q", { RedrivePolicy, VisibilityTimeout: "5" });
  send(queue, "a-1");
  await receive(queue);
  const waiting = bodies(dead, { waitSeconds: 20 });
  clock.advance(5_000);
  expect(await bodies(queue)).toEqual([]);
  expect(await waiting).toEqual(["a-1"]);
});

test("a waiting receive gets a whole batch, not only its first message", async () => {
  const { core, fifo, send, bodies } = startCore();
  const queue = fifo("q");
  const waiting = bodies(queue, { waitSeconds: 20 });
  core.together(() => send(queue, "a-1", "a-2", "b-1"));
  expect(await waiting).toEqual(["a-1", "a-2", "b-1"]);
});

test("a receive whose caller had gone before it began receives nothing", async () => {
  const { core, fifo, send } = startCore();
  const queue = fifo("q");
  send(queue, "a-1");
  expect(await core.receive(queue, {}, AbortSignal.abort())).toEqual([]);
  expect(core.metrics(queue).visible).toBe(1);
});
