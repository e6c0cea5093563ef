// Reading a message: a payload, or one sentence that says why not.
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineEvent, subscribe } from "../../../../worker/engine/job/define-event.ts";
import { defineJob, jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { readMessage } from "../../../../worker/engine/receive/read-message.ts";

const job = defineJob({
  kind: "fixture-work",
  payload: z.object({ list: z.array(z.number()).default([]), day: z.string().optional() }),
  messageGroupId: () => "g",
  deduplicationId: () => "d",
});
const enqueuedAt = "2026-01-01T00:00:00.000Z";
const envelope = { v: 1, kind: "fixture-work", jobId: "fixture-work/1", enqueuedAt, traceId: "t" };
const text = (payload: unknown, changes: Record<string, unknown> = {}) =>
  JSON.stringify({ ...envelope, payload, ...changes });

test("a good message gives its envelope and the checked payload with defaults", () => {
  expect(readMessage(job, text({}))).toEqual({
    message: { ...envelope, payload: {}, redrives: 0 },
    payload: { list: [] },
  });
});

test("every wrong field of the envelope is named", () => {
  const problem = readMessage(job, text({}, { jobId: "", enqueuedAt: "yesterday" }));
  expect(problem).toMatch(/^the message is not a job message: jobId: .*; enqueuedAt: /);
});

test("of a payload that is wrong in a hundred thousand places only a few are reported", () => {
  const problem = readMessage(job, text({ list: Array.from({ length: 100_000 }, () => "x") }));
  expect(problem).toMatch(/^the payload does not fit fixture-work: list\.0: .*; and 99995 more$/);
  expect(String(problem).length).toBeLessThan(1000);
});

test("five problems are all there are to report, and a payload that is none has its own name", () => {
  const problem = readMessage(job, text({ list: Array.from({ length: 5 }, () => "x") }));
  expect(problem).toMatch(/; list\.4: [^;]*$/);
  expect(readMessage(job, text(7))).toMatch(/^the payload does not fit fixture-work: message: [^;]*$/);
});

test("the sentence is bounded even for a kind or an event of any length", () => {
  const long = "k".repeat(1_000_000);
  for (const problem of [readMessage(job, text({}, { kind: long })), readMessage(job, eventText({}, long))])
    expect(JSON.stringify(problem).length).toBeLessThan(300);
});

test("a schema whose own code throws makes the message unreadable instead of killing the worker", () => {
  const throwing = defineJob({
    kind: "fixture-work",
    payload: z.object({ day: z.string().transform((day) => new Date(day).toISOString()) }),
    messageGroupId: () => "g",
    deduplicationId: () => "d",
  });
  expect(readMessage(throwing, text({ day: "no date" }))).toMatch(
    /^the payload of fixture-work cannot be checked: RangeError/,
  );
});

test("a field that the schema does not know makes the message newer, at any depth, and names the first", () => {
  const nested = defineJob({
    kind: job.kind,
    payload: z.object({ people: z.array(z.object({ name: z.string() })) }),
    messageGroupId: () => "g",
    deduplicationId: () => "d",
  });
  const people = [{ name: "Ann" }, { name: "Bob", age: 7 }];
  expect(readMessage(nested, text({ people }))).toMatchObject({
    newer: "it has a field payload.people.1.age, which this worker does not know",
    message: { jobId: envelope.jobId },
  });
});

test("no message that this version writes looks newer, and every field added to one does", () => {
  const payload = fc.record({ list: fc.array(fc.integer()), day: fc.string() }, { requiredKeys: [] });
  fc.assert(
    fc.property(payload, fc.string({ minLength: 1 }), (given, name) => {
      expect(readMessage(job, text(given))).toHaveProperty("payload");
      if (["list", "day", "__proto__"].includes(name)) return;
      expect(readMessage(job, text({ ...given, [name]: 1 }))).toHaveProperty("newer");
    }),
  );
});

test("no text makes reading throw", () => {
  const json = fc.oneof(
    fc.json(),
    fc.string(),
    fc.anything().map((value) => JSON.stringify(value) ?? ""),
  );
  fc.assert(
    fc.property(json, (body) => {
      expect(typeof readMessage(job, body)).toMatch(/^(string|object)$/);
    }),
    { numRuns: 500 },
  );
});

const happened = defineEvent({
  event: "it-happened",
  topic: "words",
  payload: z.object({ n: z.number() }),
  messageGroupId: () => "g",
  deduplicationId: ({ n }) => String(n),
});
const subscriber = subscribe(happened, { kind: "fixture-work" });
const eventText = (payload: unknown, event = "it-happened") =>
  JSON.stringify({ v: 1, event, payload, enqueuedAt, traceId: "t" });

test("an event becomes a job of the queue's kind, whose id follows from its payload", () => {
  const message = { v: 1, kind: "fixture-work", payload: { n: 1 }, enqueuedAt, traceId: "t", redrives: 0 };
  expect(readMessage(subscriber, eventText({ n: 1 }))).toEqual({
    message: { ...message, jobId: jobIdOf(subscriber, { n: 1 }) },
    payload: { n: 1 },
  });
});

test("the id of an event's job follows from the payload as the schema reads it", () => {
  const counted = defineEvent({
    event: "it-happened",
    topic: "words",
    payload: z.object({ n: z.number().default(5) }),
    messageGroupId: () => "g",
    deduplicationId: ({ n }) => String(n),
  });
  const counting = subscribe(counted, { kind: "fixture-work" });
  expect(readMessage(counting, eventText({}))).toMatchObject({
    message: { jobId: jobIdOf(counting, { n: 5 }) },
  });
});

test("an event with another payload, or one the kind is not subscribed to, is reported as such", () => {
  const other = "it is the event other, which fixture-work is not subscribed to";
  expect(readMessage(subscriber, eventText({ n: 1 }, "other"))).toEqual({ newer: other });
  expect(readMessage(job, eventText({ n: 1 }))).toEqual({
    newer: expect.stringMatching(/is not subscribed to$/),
  });
  expect(readMessage(subscriber, eventText({ n: "1" }))).toMatch(
    /^the payload does not fit fixture-work: n: /,
  );
});
