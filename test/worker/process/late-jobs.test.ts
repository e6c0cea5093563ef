// Jobs whose code is loaded when the worker receives already: what is known of them before, and what a failure to load them means.
import { expect, onTestFinished, test } from "vitest";
import { createServiceHealth } from "../../../worker/engine/trouble/service-health.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { readConfig } from "../../../worker/process/config.ts";
import { lateJobs, NotYetLoaded } from "../../../worker/process/late-jobs.ts";
import { silent } from "../../support/sandbox.ts";

function setup(find: () => Promise<void> = async () => {}) {
  const config = readConfig({
    FLEET_NAME: "test",
    AWS_REGION: "eu-west-1",
    FLEET_JOBS: "count-words,send-mail",
  });
  const clients = { region: config.AWS_REGION, endpointGiven: true, receives: 1, slots: 1 };
  const health = createServiceHealth({ clock: systemClock, log: silent });
  const late = lateJobs({ config, clients, health, find });
  onTestFinished(late.destroy);
  return late;
}

test("kinds and policies are known before the code is loaded, and a message is opened afterwards", async () => {
  const late = setup();
  expect([...late.jobs.keys()]).toEqual(["count-words", "send-mail"]);
  const job = late.jobs.get("count-words");
  expect(job?.policy.visibilitySeconds).toBeGreaterThan(0);
  expect(() => job?.open("{}")).toThrow(NotYetLoaded);
  expect(() => late.s3).toThrow(NotYetLoaded);
  await late.load();
  await late.loaded;
  expect(job?.open("{}")).toEqual({ unreadable: expect.any(String) });
  expect(late.s3.config.requestHandler).toBeDefined();
});

test("jobs that lack something are not loaded, and whoever waits for them hears why", async () => {
  const late = setup(() => Promise.reject(new Error("no such queue")));
  await expect(late.load()).rejects.toThrow("no such queue");
  await expect(late.loaded).rejects.toThrow("no such queue");
});
