// The health endpoint as an orchestrator asks it.
import { expect, onTestFinished, test } from "vitest";
import type { WorkerReport, WorkerState } from "../../../worker/engine/worker-parts.ts";
import { serveHealth } from "../../../worker/process/health.ts";

async function setup() {
  const report: WorkerReport = {
    state: "starting",
    worker: "w",
    busySlots: 1,
    idleSlots: 2,
    held: 3,
    groups: 2,
    running: [],
    troubles: [],
    waitingKinds: [],
    blockedBy: [],
    unconfined: [],
  };
  const health = await serveHealth({ host: "127.0.0.1", port: 0 }, () => report);
  onTestFinished(health.close);
  const ask = (path: string) => fetch(`http://127.0.0.1:${health.port}${path}`);
  return { report, health, ask };
}

test("/live answers 200 in every state, /ready only while the worker accepts jobs", async () => {
  const { report, ask } = await setup();
  const expected: Record<WorkerState, number> = {
    starting: 503,
    ready: 200,
    cautious: 200,
    draining: 503,
    stopped: 503,
  };
  for (const [state, status] of Object.entries(expected)) {
    report.state = state as WorkerState;
    expect([state, (await ask("/live")).status, (await ask("/ready")).status]).toEqual([state, 200, status]);
  }
});

test("the answer contains state, slots and held messages, and must not be cached", async () => {
  const { report, ask } = await setup();
  report.state = "draining";
  const answer = await ask("/ready");
  expect(await answer.json()).toEqual({
    state: "draining",
    worker: "w",
    busySlots: 1,
    idleSlots: 2,
    held: 3,
    groups: 2,
    running: [],
    troubles: [],
    waitingKinds: [],
    blockedBy: [],
    unconfined: [],
  });
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("any other path is 404 and reveals nothing about the worker", async () => {
  const { ask } = await setup();
  const answer = await ask("/");
  expect([answer.status, await answer.json()]).toEqual([404, { error: "paths are /live and /ready" }]);
});

test("an occupied port is an error", async () => {
  const { health } = await setup();
  const second = serveHealth({ host: "127.0.0.1", port: health.port }, () => ({}) as WorkerReport);
  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("closing it ends open connections", async () => {
  const { health, ask } = await setup();
  await ask("/live");
  await health.close();
  await expect(ask("/live")).rejects.toThrow();
});

test("/ready is 503 while no job of any kind can run; both say which services do not answer", async () => {
  const { report, ask } = await setup();
  report.state = "ready";
  report.troubles = [
    { service: "sqs", since: "2026-01-01T14:02:00.000Z", code: "TimeoutError", resources: [] },
  ];
  for (const [blockedBy, status] of [
    [[], 200],
    [["sqs"], 503],
    [["dynamodb"], 503],
  ] as const) {
    report.blockedBy = blockedBy;
    const answer = await ask("/ready");
    expect([blockedBy, answer.status]).toEqual([blockedBy, status]);
    expect(await answer.json()).toMatchObject({
      troubles: [{ service: "sqs", since: "2026-01-01T14:02:00.000Z" }],
    });
    expect((await ask("/live")).status).toBe(200);
  }
});

test("/ready says what does not confine decode children, and stays 200: trusted input can be worked on", async () => {
  const { report, ask } = await setup();
  report.state = "ready";
  report.unconfined = ["network"];
  const answer = await ask("/ready");
  expect([answer.status, await answer.json()]).toEqual([
    200,
    expect.objectContaining({ unconfined: ["network"] }),
  ]);
});
