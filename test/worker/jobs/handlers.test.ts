// The map of handlers: every kind runs its own, and the compiler refuses a missing or a swapped one.
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { expect, test } from "vitest";
import { catalog, jobKinds } from "../../../worker/jobs/catalog.ts";
import { createHandlers, type Handlers, runnableJobs } from "../../../worker/jobs/handlers.ts";

const handlers = createHandlers({ ses: {} as SESv2Client, mail: undefined });

test("every kind is runnable under its own name and policy", () => {
  const jobs = runnableJobs(jobKinds, handlers);
  expect([...jobs.keys()]).toEqual(jobKinds);
  for (const kind of jobKinds) expect(jobs.get(kind)).toMatchObject({ kind, policy: catalog[kind].policy });
});

test("a message of another kind may come from a newer version, so a job does not call it unreadable", () => {
  const message = { v: 1, kind: "send-mail", jobId: "send-mail/1", payload: {}, traceId: "t", redrives: 0 };
  const body = JSON.stringify({ ...message, enqueuedAt: new Date(0).toISOString() });
  expect(runnableJobs(["resize-image"], handlers).get("resize-image")?.open(body)).toEqual({
    newer: "it is of kind send-mail, its queue of kind resize-image",
  });
});

test("a missing handler and a swapped one are type errors", () => {
  const { "send-mail": _, ...missing } = handlers;
  // @ts-expect-error send-mail has no handler
  const incomplete: Handlers = missing;
  // @ts-expect-error a handler of another payload
  const swapped: Handlers = { ...handlers, "send-mail": handlers["parse-mail"] };
  expect([incomplete, swapped]).toHaveLength(2);
});
