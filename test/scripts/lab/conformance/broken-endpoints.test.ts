// The conformance suite can fail: here it runs against queues that are each broken in one known way.
import { afterEach, expect, test } from "vitest";
import { rules } from "../../../../scripts/lab/conformance/rules.ts";
import { openSession, runRules } from "../../../../scripts/lab/conformance/run-rules.ts";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { type Gateway, startGateway } from "../../../../scripts/local/gateway/gateway.ts";
import { createSnsCore, type SnsCore } from "../../../../scripts/local/sns/core.ts";
import { snsService } from "../../../../scripts/local/sns/service.ts";
import { createSqsCore, type SqsCore } from "../../../../scripts/local/sqs/core.ts";
import { SqsError } from "../../../../scripts/local/sqs/errors.ts";
import { sqsService } from "../../../../scripts/local/sqs/service.ts";

const open: Gateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

/** Ids of the SQS rules (or SNS rules when topics are broken) that differ when parts of the cores are replaced. */
async function differing(
  breakSqs: (core: SqsCore) => Partial<SqsCore>,
  breakSns?: (core: SnsCore) => Partial<SnsCore>,
) {
  const clock = new VirtualClock();
  const healthy = createSqsCore({ clock, region: "us-east-1", accountId: "000000000000" });
  const sqs = { ...healthy, ...breakSqs(healthy) };
  const topics = createSnsCore({ clock, sqs });
  const sns = { ...topics, ...breakSns?.(topics) };
  const gateway = await startGateway({
    port: 0,
    clock,
    services: [sqsService(sqs), snsService(sns)],
    control: {
      "GET /_local/clock": () => ({ virtual: true }),
      "POST /_local/clock": ({ body }) => clock.advance((body as { advanceMs: number }).advanceMs),
    },
  });
  open.push(gateway);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const session = await openSession({ endpoint: gateway.url, region: "us-east-1", credentials });
  const outcomes = await runRules(
    session,
    rules.filter(({ service }) => service === (breakSns === undefined ? "sqs" : "sns")),
  );
  session.close();
  return outcomes.filter(({ result }) => result === "differs").map(({ rule }) => rule.id);
}

/** Runs a call and treats the core's errors as success. */
function swallow<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof SqsError) return undefined;
    throw error;
  }
}

const unique = () => crypto.randomUUID();

test("nothing differs when nothing is broken", async () => {
  expect(await differing(() => ({}))).toEqual([]);
});

test("groups that do not block are found", async () => {
  const seen = await differing((core) => ({
    send: (name, input) => core.send(name, { ...input, ...(input.groupId && { groupId: unique() }) }),
  }));
  expect(seen).toEqual(
    expect.arrayContaining([
      "sqs-group-blocked-while-in-flight",
      "sqs-partial-delete-keeps-blocking",
      "sqs-released-follower-waits-for-head",
    ]),
  );
});

test("missing deduplication is found", async () => {
  const seen = await differing((core) => ({
    send: (name, input) =>
      core.send(name, { ...input, ...(input.deduplicationId && { deduplicationId: unique() }) }),
  }));
  expect(seen).toEqual(
    expect.arrayContaining(["sqs-copy-is-not-delivered", "sqs-copy-after-delete", "sqs-copy-within-a-batch"]),
  );
});

test("deduplication that ignores its scope is found", async () => {
  const seen = await differing((core) => ({
    createQueue: (name, { DeduplicationScope, FifoThroughputLimit, ...attributes } = {}, tags) =>
      core.createQueue(name, attributes, tags),
  }));
  expect(seen).toEqual(["sqs-scope-of-message-group", "sqs-per-group-limit-needs-group-scope"]);
});

test("a window that never ends is found", async () => {
  const first = new Map<string, ReturnType<SqsCore["send"]>>();
  const seen = await differing((core) => ({
    send: (name, input) => {
      const key = `${name} ${input.deduplicationId}`;
      const sent = first.get(key) ?? core.send(name, input);
      if (input.deduplicationId !== undefined && input.groupId !== undefined) first.set(key, sent);
      return sent;
    },
  }));
  expect(seen).toEqual(
    expect.arrayContaining(["sqs-window-is-five-minutes", "sqs-copy-does-not-prolong-window"]),
  );
});

test("expired handles that are accepted are found", async () => {
  const seen = await differing((core) => ({
    delete: (name, handle) => swallow(() => core.delete(name, handle)),
    changeVisibility: (name, handle, seconds) => swallow(() => core.changeVisibility(name, handle, seconds)),
  }));
  expect(seen).toEqual(
    expect.arrayContaining([
      "sqs-expired-handle-cannot-delete",
      "sqs-older-handle-cannot-delete",
      "sqs-expired-handle-cannot-extend",
      "sqs-total-visibility-12-hours",
    ]),
  );
});

test("ignored receive attempts are found", async () => {
  const seen = await differing((core) => ({
    receiveFor: (receiver, queue, { attemptId, ...request }) => core.receiveFor(receiver, queue, request),
  }));
  expect(seen.filter((id) => id.startsWith("sqs-attempt-"))).toEqual([
    "sqs-attempt-repeats-messages-and-handles",
    "sqs-attempt-restarts-timeout",
    "sqs-attempt-handles-work",
    "sqs-attempt-id-on-standard-queue-refused",
    "sqs-attempt-lasts-five-minutes",
  ]);
});

test("receives that return one message per group are found", async () => {
  const seen = await differing((core) => ({
    receiveFor: (receiver, queue, request) => core.receiveFor(receiver, queue, { ...request, max: 1 }),
  }));
  expect(seen).toEqual(
    expect.arrayContaining([
      "sqs-joint-receive-of-one-group",
      "sqs-same-group-first",
      "sqs-same-order-after-timeout",
    ]),
  );
});

test("dead-letter queues that are ignored are found", async () => {
  const seen = await differing((core) => ({
    createQueue: (name, { RedrivePolicy, ...attributes } = {}, tags) =>
      core.createQueue(name, attributes, tags),
  }));
  expect(seen).toEqual(
    expect.arrayContaining(["sqs-dead-letter-after-max-receives", "sqs-dead-letter-unblocks-group"]),
  );
});

test("accepted delays of single messages are found", async () => {
  const seen = await differing((core) => ({
    send: (name, { delaySeconds, ...input }) => core.send(name, input),
  }));
  expect(seen).toEqual(["sqs-message-delay-refused"]);
});

test("a topic that does not deduplicate and one that reorders batches are found", async () => {
  const none = await differing(
    () => ({}),
    (core) => ({ publish: (arn, input) => core.publish(arn, { ...input, deduplicationId: unique() }) }),
  );
  expect(none).toEqual(
    expect.arrayContaining(["sns-copy-is-not-delivered", "sns-deduplication-id-passes-through"]),
  );
  const held: Parameters<SnsCore["publish"]>[] = [];
  const turned = await differing(
    () => ({}),
    (core) => ({
      publish: (arn, input) => {
        const waiting = held.splice(0).find(([topic]) => topic === arn);
        if (waiting === undefined && input.message === "c") held.push([arn, input]);
        else {
          const sent = core.publish(arn, input);
          if (waiting !== undefined) core.publish(...waiting);
          return sent;
        }
        return { messageId: unique() };
      },
    }),
  );
  expect(turned).toEqual(["sns-publish-batch-keeps-order"]);
});
