// `queues failed` over all triggers: what Lambda gave up is listed, replayed by the trigger itself, or cleared; changes that
// no stream holds any more are found in the tables.
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createFailedRecordsQueue } from "../../../scripts/provision/queues.ts";
import { readFailedEvents, type Trigger } from "../../../scripts/queues/failed/failed-events.ts";
import { triggersOf } from "../../../scripts/queues/failed/fleet-triggers.ts";
import { reachedBy, type Stay } from "../../../scripts/queues/failed/missing-sheets.ts";
import { urlOf } from "../../../scripts/queues/messages/take.ts";
import { eventSources, triggersWithFailures } from "../../../triggers/catalog/event-sources.ts";
import { failedRecordsQueueName } from "../../../worker/fleet/resources.ts";
import { startFixtureCloud } from "../../support/fixture-cloud.ts";

async function queueOf(sqs: SQSClient) {
  await createFailedRecordsQueue(sqs, "test", "image-uploaded");
  return { sqs, queueUrl: await urlOf(sqs, failedRecordsQueueName("test", "image-uploaded")) };
}

/** Lambda's record of an asynchronous call that it gave up. */
const givenUp = (requestPayload: unknown) =>
  JSON.stringify({
    version: "1.0",
    timestamp: "2026-11-27T09:00:00.000Z",
    requestContext: { requestId: "r", condition: "RetriesExhausted", approximateInvokeCount: 3 },
    requestPayload,
    responsePayload: { errorType: "AggregateError", errorMessage: "1 of 1 jobs were not enqueued" },
  });

test("events are listed without being touched, replayed once the trouble is over, and what nobody can read is cleared", async () => {
  const fleet = await startFixtureCloud();
  try {
    const from = await queueOf(fleet.sqs);
    for (const MessageBody of [givenUp({ Records: ["a"] }), givenUp({ Records: ["never"] }), "not Lambda's"])
      await fleet.sqs.send(new SendMessageCommand({ QueueUrl: from.queueUrl, MessageBody }));
    const states = async (action: Parameters<typeof readFailedEvents>[2] = {}) =>
      (await readFailedEvents(from, "image-uploaded", action)).map(({ state }) => state).sort();
    expect(await states()).toEqual(["passing", "passing", "unreadable"]);
    const [listed] = (await readFailedEvents(from, "image-uploaded")).filter(({ at }) => at !== null);
    expect(listed).toEqual({
      trigger: "image-uploaded",
      at: "2026-11-27T09:00:00.000Z",
      condition: "RetriesExhausted",
      state: "passing",
      reason: "1 of 1 jobs were not enqueued",
    });
    const refusing: Trigger = () => Promise.reject(new Error("SQS does not answer"));
    expect(await states({ trigger: refusing })).toEqual(["passing", "passing", "unreadable"]);
    const heard: unknown[] = [];
    const trigger: Trigger = async (event) => {
      heard.push(event);
      const isGood = JSON.stringify(event).includes('"a"');
      return { enqueued: isGood ? 1 : 0, ignored: 0, malformed: isGood ? 0 : 1 };
    };
    expect(await states({ trigger })).toEqual(["replayed", "unreadable", "unreadable"]);
    expect(heard).toContainEqual({ Records: ["a"] });
    expect(await states()).toEqual(["passing", "unreadable"]);
    expect(await states({ clear: true })).toEqual(["cleared", "cleared"]);
    expect(await states()).toEqual([]);
  } finally {
    await fleet.close();
  }
});

test("the multiples of ten an album reached, and when, follow from the stays of its pictures", () => {
  const steps = fc.array(fc.boolean(), { minLength: 5, maxLength: 150 });
  fc.assert(
    fc.property(steps, (joins) => {
      const stays: Stay[] = [];
      const expected: { threshold: number; revision: number }[] = [];
      let [pictures, peak, revision] = [0, 0, 0];
      for (const isJoin of joins) {
        const leaving = stays.find(({ leftAtRevision }) => leftAtRevision === undefined);
        if (!isJoin && leaving === undefined) continue;
        revision += 1;
        if (isJoin) stays.push({ ordinal: revision });
        else if (leaving !== undefined) leaving.leftAtRevision = revision;
        pictures += isJoin ? 1 : -1;
        if (pictures > peak && pictures % 10 === 0) expected.push({ threshold: pictures, revision });
        peak = Math.max(peak, pictures);
      }
      expect(reachedBy(stays.toReversed())).toEqual(expected);
    }),
  );
});

test("every trigger that a topic feeds can be replayed", async () => {
  const fleet = await startFixtureCloud();
  onTestFinished(fleet.close);
  const { topics } = triggersOf(fleet, () => Promise.reject(new Error("nothing is enqueued here")));
  const fed = triggersWithFailures.filter((name) => eventSources[name].from === "topic");
  expect([...topics.keys()].sort()).toEqual(fed.toSorted());
});
