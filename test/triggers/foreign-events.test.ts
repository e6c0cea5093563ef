// Foreign events of any shape: no trigger enqueues a job for one, and none fails, so no event is delivered again.
import fc from "fast-check";
import { expect, test } from "vitest";
import { foreignEvents } from "../../scripts/lab/fuzz/foreign-events.ts";
import { imageUploaded } from "../../triggers/image-uploaded.ts";
import { mailReceived } from "../../triggers/mail-received.ts";
import { pictureRemoved } from "../../triggers/picture-removed.ts";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { snsEvent } from "../support/s3-event-records.ts";

let enqueued = 0;
const enqueue: Enqueue = async () => {
  enqueued += 1;
  return { jobId: "j", messageId: "m" };
};
const log = () => {};
const keepDropped = async () => {};
const ownerOf = async () => undefined;
const triggers = {
  "image-uploaded": imageUploaded({ uploadsBucket: "fleet-uploads", ownerOf, enqueue, keepDropped, log }),
  "mail-received": mailReceived({ mailsBucket: "fleet-mails", enqueue, keepDropped, log }),
  "picture-removed": pictureRemoved({ resultsBucket: "fleet-results", enqueue, keepDropped, log }),
};

async function expectDropped(event: unknown): Promise<void> {
  enqueued = 0;
  for (const trigger of Object.values(triggers)) expect((await trigger(event)).enqueued).toBe(0);
  expect(enqueued).toBe(0);
}

for (const [service, event] of Object.entries(foreignEvents))
  test(`${service}: dropped, bare and inside SNS`, async () => {
    await expectDropped(event);
    await expectDropped(snsEvent(event));
  });

/** Words of real events, without the names of our buckets. */
const word = fc.constantFrom(
  "aws:s3",
  "aws:sns",
  "aws.s3",
  "ObjectCreated:Put",
  "Object Created",
  "other",
  "",
  "%",
  "Received",
);
const field = fc.constantFrom(
  "Records",
  "eventSource",
  "EventSource",
  "eventName",
  "s3",
  "bucket",
  "name",
  "object",
  "key",
  "versionId",
  "Sns",
  "Message",
  "source",
  "detail-type",
  "detail",
  "Service",
  "Event",
  "notificationType",
  "mail",
  "receipt",
  "action",
);
const { shape } = fc.letrec((tie) => ({
  shape: fc.oneof(
    { maxDepth: 6 },
    word,
    fc.constantFrom(null, 0, true),
    fc.array(tie("shape"), { maxLength: 3 }),
    fc.dictionary(field, tie("shape"), { maxKeys: 5 }),
    tie("shape").map((inner) => JSON.stringify(inner)),
  ),
}));

test("any shape made of the words of real events is dropped", async () => {
  await fc.assert(fc.asyncProperty(shape, expectDropped), { numRuns: 1000 });
});

test("any JSON value is dropped", async () => {
  await fc.assert(fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), expectDropped), { numRuns: 500 });
});
