import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { createSqsCore } from "../../../../scripts/local/sqs/core.ts";
import { SqsError } from "../../../../scripts/local/sqs/errors.ts";
import type { SqsEvent } from "../../../../scripts/local/sqs/events.ts";
import { snapshotOf } from "../../../../scripts/local/sqs/snapshot.ts";
import { type Journal, openJournal } from "../../../../scripts/local/state/journal.ts";
import { clientSettings } from "../../../support/cloud.ts";

let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "queue-restart-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

const script = join(import.meta.dirname, "../../../support/cloud-child.ts");

async function startChild() {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()));
    child.once("exit", () => reject(new Error("the cloud ended before it was ready")));
  });
  const sqs = new SQSClient({ ...clientSettings({ url, region: "us-east-1" }), maxAttempts: 1 });
  const kill = () =>
    new Promise((done) => {
      child.removeAllListeners("exit").once("exit", done);
      child.kill("SIGKILL");
    });
  return { sqs, kill };
}

test("after kill -9 under load a queue has every acknowledged send, and no acknowledged delete is undone", async () => {
  const first = await startChild();
  const queue = await first.sqs.send(
    new CreateQueueCommand({
      QueueName: "q.fifo",
      Attributes: { FifoQueue: "true", VisibilityTimeout: "0" },
    }),
  );
  const QueueUrl = queue.QueueUrl ?? "";
  const sent = new Set<string>();
  const deleted = new Set<string>();
  const writer = async (lane: number) => {
    for (let count = 0; ; count += 1) {
      const MessageBody = `${lane}-${count}`;
      await first.sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody,
          MessageGroupId: String(lane),
          MessageDeduplicationId: MessageBody,
        }),
      );
      sent.add(MessageBody);
    }
  };
  const deleter = async () => {
    for (;;) {
      const { Messages = [] } = await first.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 2, WaitTimeSeconds: 1 }),
      );
      for (const { ReceiptHandle, Body = "" } of Messages) {
        // In doubt from here on: the kill may come between the deletion and its answer.
        sent.delete(Body);
        await first.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        deleted.add(Body);
      }
    }
  };
  const load = [writer(0), writer(1), writer(2), deleter()].map((work) => work.catch(() => {}));
  while (sent.size < 150 || deleted.size < 20) await new Promise((next) => setTimeout(next, 5));
  await first.kill();
  await Promise.all(load);

  const second = await startChild();
  const found = new Set<string>();
  for (;;) {
    const { Messages = [] } = await second.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 30,
        WaitTimeSeconds: found.size < sent.size ? 20 : 0,
      }),
    );
    if (Messages.length === 0) break;
    for (const { ReceiptHandle, Body = "" } of Messages) {
      found.add(Body);
      await second.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  expect([...sent].filter((body) => !found.has(body))).toEqual([]);
  expect([...deleted].filter((body) => found.has(body))).toEqual([]);
});

/** A journal in memory that keeps text, as a file does. */
function memoryJournal(lines: string[] = []): Journal<SqsEvent> & { lines: string[] } {
  return {
    lines,
    load: () => lines.map((line) => JSON.parse(line)),
    append: (events) => void lines.push(...events.map((event) => JSON.stringify(event))),
    rewrite: (events) =>
      void lines.splice(0, lines.length, ...[...events].map((event) => JSON.stringify(event))),
    isBloated: () => false,
    close: () => {},
  };
}

const action = fc.record({
  kind: fc.constantFrom(
    "send",
    "batch",
    "receive",
    "delete",
    "change",
    "wait",
    "attempt",
    "redrive",
    "purge",
  ),
  queue: fc.constantFrom("a.fifo", "dead.fifo", "plain"),
  number: fc.nat(6),
});

test("after any history, the account read from the journal equals the account that wrote it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const clock = new VirtualClock();
      const journal = memoryJournal();
      const options = { clock, region: "eu-west-1", accountId: "000000000000" };
      const core = createSqsCore({ ...options, journal });
      core.createQueue("dead.fifo", { FifoQueue: "true" });
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: core.arnOf("dead.fifo"),
        maxReceiveCount: 2,
      });
      core.createQueue("a.fifo", { FifoQueue: "true", RedrivePolicy, MessageRetentionPeriod: "600" });
      core.createQueue("plain", {}, { tag: "x" });
      const handles: { queue: string; handle: string }[] = [];
      for (const { kind, queue, number } of actions) {
        const held = handles[number % Math.max(1, handles.length)];
        const ids = { groupId: `g${number % 2}`, deduplicationId: `d${number}` };
        try {
          if (kind === "send") core.send(queue, { body: `b${number}`, ...(queue !== "plain" && ids) });
          if (kind === "batch" && queue === "a.fifo")
            core.together(() => {
              for (const id of ["x", "y"])
                core.send(queue, { body: id, groupId: id, deduplicationId: `${id}${number}` });
            });
          if (kind === "receive" || kind === "attempt") {
            const attempt = kind === "attempt" ? { attemptId: `r${number % 2}` } : {};
            const got = await core.receive(queue, { max: 1 + number, visibilitySeconds: number, ...attempt });
            handles.push(...got.map(({ receiptHandle }) => ({ queue, handle: receiptHandle })));
          }
          if (kind === "delete" && held) core.delete(held.queue, held.handle);
          if (kind === "change" && held) core.changeVisibility(held.queue, held.handle, number * 5);
          if (kind === "wait") clock.advance(number * 40_000);
          if (kind === "redrive") core.startMoveTask({ sourceArn: core.arnOf("dead.fifo") });
          if (kind === "purge" && number === 6) core.purgeQueue(queue);
        } catch (error) {
          if (!(error instanceof SqsError)) throw error;
        }
      }
      const settled = (which: typeof core) => {
        for (const name of which.queueNames()) which.queue(name);
        return JSON.parse(JSON.stringify([...snapshotOf(which.context.account, clock.now())]));
      };
      const replayed = createSqsCore({ ...options, journal: memoryJournal([...journal.lines]) });
      expect(settled(replayed)).toEqual(settled(core));
      const fromSnapshot = memoryJournal();
      fromSnapshot.rewrite(snapshotOf(core.context.account, clock.now()));
      const restored = createSqsCore({ ...options, journal: fromSnapshot });
      expect(settled(restored)).toEqual(settled(core));
    }),
    { numRuns: 300 },
  );
});

test("a batch is written at once, and one whose writing failed is written before what comes next", () => {
  const writes: number[] = [];
  let failing = false;
  const journal = memoryJournal();
  const append = (events: readonly SqsEvent[]) => {
    if (failing) throw new Error("no space left on device");
    writes.push(events.length);
    journal.append(events);
  };
  const options = { clock: new VirtualClock(), region: "eu-west-1", accountId: "000000000000" };
  const core = createSqsCore({ ...options, journal: { ...journal, append } });
  core.createQueue("q");
  const sendTwo = (body: string) =>
    core.together(() => {
      core.send("q", { body });
      core.send("q", { body });
    });
  sendTwo("a");
  failing = true;
  expect(() => sendTwo("b")).toThrow("no space left");
  expect(() => core.send("q", { body: "never" })).toThrow("no space left");
  failing = false;
  core.send("q", { body: "c" });
  expect(writes).toEqual([1, 2, 3]);
  const again = createSqsCore({ ...options, journal: memoryJournal(journal.lines) });
  expect(again.metrics("q").visible).toBe(core.metrics("q").visible);
  expect(again.metrics("q").visible).toBe(5);
});

test("a journal that has grown far beyond its last rewrite is rewritten, and loads to the same state", async () => {
  const path = join(dataDir, "grown.jsonl");
  const options = { clock: new VirtualClock(), region: "eu-west-1", accountId: "000000000000" };
  const core = createSqsCore({ ...options, journal: openJournal(path, 20_000) });
  core.createQueue("q", { VisibilityTimeout: "60" });
  let largest = 0;
  for (let round = 0; round < 300; round += 1) {
    core.send("q", { body: `${round} ${"x".repeat(200)}` });
    const [delivery] = await core.receive("q", {});
    if (round % 50 > 0) core.delete("q", delivery?.receiptHandle ?? "");
    largest = Math.max(largest, statSync(path).size);
  }
  core.close();
  expect(largest).toBeLessThan(60_000);
  const again = createSqsCore({ ...options, journal: openJournal(path) });
  expect(again.metrics("q")).toMatchObject({ inFlight: 6, visible: 0 });
  again.close();
});

test("a journal with an incomplete last line loads all lines before it and continues", () => {
  const path = join(dataDir, "cut.jsonl");
  const journal = openJournal<{ n: number }>(path);
  journal.append([{ n: 1 }, { n: 2 }]);
  journal.close();
  const cut = openJournal<string>(path);
  cut.append(["no newline at the end"]);
  cut.close();
  truncateSync(path, statSync(path).size - 1);
  const again = openJournal<{ n: number }>(path);
  expect(again.load()).toEqual([{ n: 1 }, { n: 2 }]);
  again.append([{ n: 3 }]);
  again.close();
  const last = openJournal<{ n: number }>(path);
  expect(last.load()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  last.close();
});
