// Lines that workers and triggers print: log records, embedded metrics, anything else.
import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { createMetricStore } from "../../../../scripts/local/cloudwatch/metric-store.ts";
import { type Printer, takePrintedLine } from "../../../../scripts/local/processes/printed-lines.ts";

function printed(text: string, more: Partial<Printer> = {}): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const write = (chunk: Buffer, _: unknown, done: () => void) => {
    lines.push(JSON.parse(chunk.toString()));
    done();
  };
  const log = pino({ level: "debug", base: undefined, timestamp: false }, new Writable({ write }));
  takePrintedLine(text, { log, name: "trigger", ...more });
  return lines;
}

test("a log record keeps its level, message and fields, from workers and from triggers", () => {
  expect(printed('{"level":40,"time":1,"kind":"a","msg":"slow"}')).toEqual([
    { level: 40, kind: "a", msg: "slow" },
  ]);
  expect(printed('{"level":"error","message":"record failed","cause":"x"}')).toEqual([
    { level: 50, cause: "x", msg: "record failed" },
  ]);
});

test("a level can be logged as another one", () => {
  const line = '{"level":"info","message":"record ignored","reason":"s3:TestEvent"}';
  expect(printed(line, { levels: { info: "debug" } })).toEqual([
    { level: 20, reason: "s3:TestEvent", msg: "record ignored" },
  ]);
});

test("embedded metrics go to CloudWatch and not to the log", () => {
  const metrics = createMetricStore(new VirtualClock(1000));
  const emf = {
    _aws: {
      Timestamp: 1000,
      CloudWatchMetrics: [{ Namespace: "Fleet", Dimensions: [["Kind"]], Metrics: [{ Name: "Waiting" }] }],
    },
    Kind: "all",
    Waiting: 3,
  };
  expect(printed(JSON.stringify(emf), { metrics })).toEqual([]);
  expect(metrics.list()).toEqual([{ namespace: "Fleet", name: "Waiting", dimensions: { Kind: "all" } }]);
});

test("any other text is a warning", () => {
  expect(printed("Error: boom")).toEqual([{ level: 40, text: "Error: boom", msg: "trigger printed" }]);
});
