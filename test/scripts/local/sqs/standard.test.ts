// Standard queues: what differs from FIFO.
import { expect, test } from "vitest";
import { startCore } from "../../../support/sqs-core.ts";

test("messages of a standard queue do not block each other, whatever their group", async () => {
  const { core, bodies } = startCore();
  core.createQueue("q");
  for (const body of ["1", "2"]) core.send("q", { body, groupId: "tenant" });
  expect(await bodies("q", { max: 1 })).toEqual(["1"]);
  expect(await bodies("q", { max: 1 })).toEqual(["2"]);
});

test("a message's own delay holds it back, and it counts as delayed", async () => {
  const { clock, core, bodies } = startCore();
  core.createQueue("q", { DelaySeconds: "5" });
  core.send("q", { body: "own", delaySeconds: 20 });
  core.send("q", { body: "queue's" });
  core.send("q", { body: "none", delaySeconds: 0 });
  expect(await bodies("q")).toEqual(["none"]);
  expect(core.metrics("q")).toMatchObject({ delayed: 2, inFlight: 1, visible: 0 });
  clock.advance(5_000);
  expect(await bodies("q")).toEqual(["queue's"]);
  clock.advance(15_000);
  expect(await bodies("q")).toEqual(["own"]);
});

test("an expired handle still deletes, a superseded one succeeds without effect", async () => {
  const { clock, core, send, receive } = startCore();
  core.createQueue("q", { VisibilityTimeout: "1" });
  send("q", "1", "2");
  const [one, two] = await receive("q");
  clock.advance(1_000);
  core.delete("q", one?.receiptHandle ?? "");
  const again = await receive("q");
  expect(again.map(({ message }) => message.body)).toEqual(["2"]);
  expect(core.delete("q", two?.receiptHandle ?? "")).toBeUndefined();
  expect(core.metrics("q").inFlight).toBe(1);
  expect(core.delete("q", again[0]?.receiptHandle ?? "")).toBe(two?.message.id);
});

test("changing the visibility with an expired handle changes nothing and is no error", async () => {
  const { clock, core, send, receive } = startCore();
  core.createQueue("q", { VisibilityTimeout: "1" });
  send("q", "1");
  const [delivery] = await receive("q");
  clock.advance(1_000);
  expect(core.changeVisibility("q", delivery?.receiptHandle ?? "", 100)).toBeUndefined();
  expect(core.metrics("q").visible).toBe(1);
});

test("a dead-lettered message keeps its time of sending, from which the dead-letter queue's retention counts", async () => {
  const { clock, core, send, receive, bodies } = startCore();
  core.createQueue("dead", { MessageRetentionPeriod: "100" });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: core.arnOf("dead"), maxReceiveCount: 1 });
  core.createQueue("q", { RedrivePolicy, VisibilityTimeout: "60" });
  send("q", "old");
  await receive("q");
  clock.advance(60_000);
  send("dead", "new");
  await receive("q");
  expect(await bodies("dead", { visibilitySeconds: 0 })).toEqual(["new", "old"]);
  clock.advance(40_000);
  expect(await bodies("dead")).toEqual(["new"]);
});

test("a deduplication id on a standard queue is refused", () => {
  const { core } = startCore();
  core.createQueue("q");
  expect(() => core.send("q", { body: "x", deduplicationId: "d" })).toThrow(/not valid for this queue type/);
});
