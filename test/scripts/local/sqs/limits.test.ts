import { expect, test } from "vitest";
import { startCore } from "../../../support/sqs-core.ts";

test("at the in-flight limit a FIFO queue returns nothing and no error, until one is settled", async () => {
  const { core, fifo, send, receive, bodies } = startCore({ limits: { inFlight: 3 } });
  const queue = fifo("q");
  send(queue, "a-1", "b-1", "c-1", "d-1");
  const held = await receive(queue);
  expect(held).toHaveLength(3);
  expect(await bodies(queue)).toEqual([]);
  core.delete(queue, held[1]?.receiptHandle ?? "");
  expect(await bodies(queue)).toEqual(["d-1"]);
});

test("a message's size is counted in bytes, not in characters", () => {
  const { core, fifo } = startCore();
  const queue = fifo("q", { MaximumMessageSize: "1024" });
  const send = (body: string) =>
    core.send(queue, { body, groupId: "g", deduplicationId: String(body.length) });
  expect(send("€".repeat(341)).sequenceNumber).toBeDefined();
  expect(send("x".repeat(1024)).sequenceNumber).toBeDefined();
  expect(() => send("€".repeat(342))).toThrow("must be shorter than 1024 bytes");
  expect(() => send("x".repeat(1025))).toThrow("must be shorter than 1024 bytes");
});

test("at the in-flight limit a standard queue answers OverLimit", async () => {
  const { core, send, receive } = startCore({ limits: { inFlight: 2 } });
  core.createQueue("q");
  send("q", "1", "2", "3");
  expect(await receive("q")).toHaveLength(2);
  await expect(receive("q")).rejects.toMatchObject({ code: "OverLimit" });
});

test("a group that fills the scan window starves the groups sent after it, until it shrinks", async () => {
  const { core, fifo, send, receive, bodies } = startCore({ limits: { scanWindow: 5 } });
  const queue = fifo("q");
  send(queue, "a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "b-1");
  const [head] = await receive(queue, { max: 1 });
  expect(head?.message.body).toBe("a-1");
  expect(await bodies(queue)).toEqual([]);
  core.delete(queue, head?.receiptHandle ?? "");
  const next = await receive(queue);
  expect(next.map(({ message }) => message.body)).toEqual(["a-2", "a-3", "a-4", "a-5", "a-6"]);
  for (const { receiptHandle } of next.slice(0, 1)) core.delete(queue, receiptHandle);
  expect(await bodies(queue)).toEqual(["b-1"]);
});

test("120,000 messages of 5,000 groups pass in order, with 120,000 in flight at once", async () => {
  const { core, fifo } = startCore();
  const queue = fifo("q");
  const [groups, rounds] = [5_000, 24];
  for (let round = 0; round < rounds; round += 1) {
    for (let group = 0; group < groups; group += 1) {
      core.send(queue, { body: `${round}`, groupId: `g${group}`, deduplicationId: `${group}/${round}` });
    }
  }
  const last = new Map<string, number>();
  let received = 0;
  let violations = 0;
  const held: string[] = [];
  for (;;) {
    const deliveries = await core.receive(queue, { max: 10 });
    if (deliveries.length === 0) break;
    for (const { message, receiptHandle } of deliveries) {
      const before = last.get(message.groupId ?? "") ?? -1;
      if (Number(message.body) !== before + 1) violations += 1;
      last.set(message.groupId ?? "", Number(message.body));
      received += 1;
      held.push(receiptHandle);
      if (received % 3 > 0) core.delete(queue, held.pop() ?? "");
    }
    if (held.length > 30_000) for (const handle of held.splice(0)) core.delete(queue, handle);
  }
  for (const handle of held) core.delete(queue, handle);
  expect(violations).toBe(0);
  expect(core.metrics(queue)).toMatchObject({ inFlight: 0 });
  let rest = core.metrics(queue).visible;
  while (rest > 0) {
    const deliveries = await core.receive(queue, { max: 10 });
    for (const { receiptHandle } of deliveries) core.delete(queue, receiptHandle);
    rest = core.metrics(queue).visible;
    received += deliveries.length;
  }
  expect(received).toBe(groups * rounds);
});

test("listeners get every event in order, so that an oracle can replay them", async () => {
  const { core, fifo, send, receive } = startCore();
  const seen: string[] = [];
  const end = core.subscribe((event) => seen.push(event.type));
  const queue = fifo("q");
  send(queue, "a-1");
  const [delivery] = await receive(queue);
  core.changeVisibility(queue, delivery?.receiptHandle ?? "", 60);
  core.delete(queue, delivery?.receiptHandle ?? "");
  end();
  send(queue, "a-2");
  expect(seen).toEqual([
    "queue-created",
    "message-sent",
    "messages-received",
    "visibility-changed",
    "messages-deleted",
  ]);
});
