// What an instance's metadata means for its worker, with a small real server and a fake clock.
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createMetadataReader } from "../../../../worker/engine/drain/instance-metadata.ts";
import { lookForNews, watchInstance } from "../../../../worker/engine/drain/instance-watch.ts";
import type { InstanceNews } from "../../../../worker/engine/drain/interruption.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";
import { startMetadataServer } from "../../../support/metadata-server.ts";
import { until } from "../../../support/until.ts";

async function setup() {
  const server = await startMetadataServer();
  onTestFinished(server.close);
  const clock = createFakeClock(Date.UTC(2026, 0, 1, 12, 0, 0));
  const options = { read: createMetadataReader(server.endpoint), clock, scaleInSeconds: 240 };
  return { server, clock, options };
}

/** A running watch; `look` makes it read once more. */
async function watching() {
  const { server, clock, options } = await setup();
  const news: InstanceNews[] = [];
  const warnings: string[] = [];
  const end = new AbortController();
  let looks = 0;
  const watch = watchInstance(
    {
      ...options,
      log: pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) }),
      everyMs: 5000,
      onNews: (found) => void news.push(found),
      onRead: () => {
        looks += 1;
      },
    },
    end.signal,
  );
  onTestFinished(async () => {
    end.abort();
    await watch;
  });
  await until("the first look", () => looks === 1 && clock.sleeping() === 1);
  const look = async () => {
    const seen = looks;
    await clock.advance(5000);
    await until("another look", () => looks === seen + 1 && clock.sleeping() === 1);
  };
  return { server, news, warnings, look };
}

const notice = (action: string, time: string) => JSON.stringify({ action, time });

test("an instance that is not about to end has no news", async () => {
  const { server, options } = await setup();
  server.paths.set("autoscaling/target-lifecycle-state", "InService");
  expect(await lookForNews(options)).toEqual({ news: [], failures: [] });
});

test("a spot notice gives its action and the seconds left", async () => {
  const { server, options } = await setup();
  server.paths.set("spot/instance-action", notice("terminate", "2026-01-01T12:01:40Z"));
  expect((await lookForNews(options)).news).toEqual([
    { reason: "spot", action: "terminate", secondsLeft: 100 },
  ]);
});

test("a notice whose time has passed leaves nothing", async () => {
  const { server, options } = await setup();
  server.paths.set("spot/instance-action", notice("stop", "2026-01-01T11:59:00Z"));
  expect((await lookForNews(options)).news).toEqual([{ reason: "spot", action: "stop", secondsLeft: 0 }]);
});

for (const text of ["", "not json", "null", "[]", "7", '{"time":"soon"}', '{"time":7,"action":null}'])
  test(`a notice that reads ${JSON.stringify(text)} still counts, with the usual two minutes`, async () => {
    const { server, options } = await setup();
    server.paths.set("spot/instance-action", text);
    expect((await lookForNews(options)).news).toEqual([
      { reason: "spot", action: "unknown", secondsLeft: 120 },
    ]);
  });

test("the target state Terminated is a scale-in with the time its hook leaves", async () => {
  const { server, options } = await setup();
  server.paths.set("autoscaling/target-lifecycle-state", "Terminated\n");
  expect((await lookForNews(options)).news).toEqual([{ reason: "scale-in", secondsLeft: 240 }]);
});

for (const state of ["Standby", "Detached", "Terminated:Wait", "Warmed:Stopped"])
  test(`the target state ${state} is no scale-in`, async () => {
    const { server, options } = await setup();
    server.paths.set("autoscaling/target-lifecycle-state", state);
    expect(await lookForNews(options)).toEqual({ news: [], failures: [] });
  });

test("a rebalance recommendation is a warning without a deadline", async () => {
  const { server, options } = await setup();
  server.paths.set(
    "events/recommendations/rebalance",
    JSON.stringify({ noticeTime: "2026-01-01T12:00:00Z" }),
  );
  expect((await lookForNews(options)).news).toEqual([{ reason: "rebalance" }]);
});

test("a path that fails does not hide news of another", async () => {
  const { server, options } = await setup();
  server.paths.set("spot/instance-action", notice("terminate", "2026-01-01T12:02:00Z"));
  server.failures.set("autoscaling/target-lifecycle-state", 500);
  const look = await lookForNews(options);
  expect(look.news).toEqual([{ reason: "spot", action: "terminate", secondsLeft: 120 }]);
  expect(look.failures).toHaveLength(1);
});

test("each kind of news is reported once, by the read that first finds it", async () => {
  const { server, news, look } = await watching();
  server.paths.set("events/recommendations/rebalance", "{}");
  await look();
  await look();
  server.paths.set("spot/instance-action", notice("terminate", "2026-01-01T12:02:00Z"));
  await look();
  await look();
  expect(news.map(({ reason }) => reason)).toEqual(["rebalance", "spot"]);
});

test("unreadable metadata is logged once per series of failures, and the watch goes on", async () => {
  const { server, news, warnings, look } = await watching();
  server.failures.set("spot/instance-action", 503);
  await look();
  await look();
  expect(warnings).toHaveLength(1);
  server.failures.clear();
  await look();
  server.failures.set("spot/instance-action", 503);
  server.paths.set("autoscaling/target-lifecycle-state", "Terminated");
  await look();
  expect(warnings).toHaveLength(2);
  expect(news).toEqual([{ reason: "scale-in", secondsLeft: 240 }]);
});
