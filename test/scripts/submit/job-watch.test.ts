import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createJobWatch, type JobWatch } from "../../../scripts/submit/job-watch.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let table: string;
let watch: JobWatch;
const clock = { ...systemClock, sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(1, signal) };

beforeAll(async () => {
  provisioned = await startProvisioned();
  table = (await provisioned.provision("watch")).tables.jobs;
});
afterEach(() => watch.close());
afterAll(() => provisioned.close());

const open = () => {
  watch = createJobWatch({ db: provisioned.db, table, clock });
  return watch;
};

function put(jobId: string, status: string): Promise<unknown> {
  const at = "2026-01-01T00:00:00.000Z";
  const row = {
    jobId,
    kind: "resize-image",
    group: "g",
    fence: 1,
    interruptions: 0,
    redrives: 0,
    enqueuedAt: at,
  };
  const ended = status === "running" ? {} : { endedAt: at, reason: "why", result: { a: 1 } };
  return provisioned.db.send(
    new PutCommand({ TableName: table, Item: { ...row, ...ended, status, updatedAt: at } }),
  );
}

const calls = () => provisioned.cloud.requests.since(0).filter(({ action }) => action === "BatchGetItem");

test("a job is told when it ends, not before", async () => {
  await put("resize-image/later", "running");
  const ended = open().ended("resize-image/later");
  await put("resize-image/later", "rejected");
  expect(await ended).toMatchObject({ outcome: "rejected", reason: "why", result: null });
});

test("a job that has no row yet is waited for", async () => {
  const before = calls().length;
  const ended = open().ended("resize-image/unborn");
  while (calls().length < before + 2) await systemClock.sleep(1);
  await put("resize-image/unborn", "completed");
  expect(await ended).toMatchObject({ outcome: "completed", result: { a: 1 } });
});

test("250 jobs are asked for 100 at a time and all are told", async () => {
  const ids = Array.from({ length: 250 }, (_, index) => `resize-image/many-${index}`);
  await Promise.all(ids.map((id) => put(id, "completed")));
  const before = calls().length;
  open();
  const ended = await Promise.all(ids.map((id) => watch.ended(id)));
  expect(ended.map((outcome) => outcome?.jobId)).toEqual(ids);
  expect(calls().length - before).toBe(3);
});

test("nothing is asked while no job is watched", async () => {
  await put("resize-image/one", "completed");
  await open().ended("resize-image/one");
  const before = calls().length;
  await systemClock.sleep(30);
  expect(calls()).toHaveLength(before);
});

test("a closed watch gives up what has not ended, and what is asked afterwards", async () => {
  const ended = open().ended("resize-image/never");
  watch.close();
  expect(await ended).toBeUndefined();
  expect(await watch.ended("resize-image/never")).toBeUndefined();
});

test("a fault that passes is not told; one that stays is", async () => {
  let faulty = 3;
  const rule: Provisioned["cloud"]["faults"][number] = ({ action }) =>
    action === "BatchGetItem" && faulty-- > 0
      ? { kind: "error", status: 400, code: "ValidationException", message: "no" }
      : undefined;
  provisioned.cloud.faults.push(rule);
  try {
    await put("resize-image/faulty", "completed");
    expect(await open().ended("resize-image/faulty")).toMatchObject({ outcome: "completed" });
    faulty = Number.POSITIVE_INFINITY;
    await expect(open().ended("resize-image/faulty")).rejects.toThrow("no");
  } finally {
    provisioned.cloud.faults.splice(provisioned.cloud.faults.indexOf(rule), 1);
  }
});
