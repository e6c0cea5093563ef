// Checks every printed line against the Embedded Metric Format specification.
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { OutcomeName } from "../../../worker/engine/receive/delivery.ts";
import { Metrics } from "../../../worker/process/metrics.ts";

/** The published JSON schema of an EMF document, with the limits its text adds. */
const directiveSchema = z.object({
  Namespace: z.string().min(1).max(1024),
  Dimensions: z.array(z.array(z.string().min(1).max(250)).min(1).max(30)).min(1),
  Metrics: z
    .array(z.object({ Name: z.string().min(1).max(1024), Unit: z.enum(["Count", "Milliseconds"]) }))
    .min(1)
    .max(100),
});
const documentSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number().int().nonnegative(),
    CloudWatchMetrics: z.array(directiveSchema).min(1),
  }),
});
const valueSchema = z.union([z.number(), z.array(z.number()).min(1).max(100)]);

type Line = { dimensions: Record<string, string>; values: Record<string, number[]> };

/** Checks one line: every dimension and metric it names is present and has its type. */
function readLine(text: string): Line {
  const document = documentSchema.parse(JSON.parse(text));
  const line: Line = { dimensions: {}, values: {} };
  for (const { Dimensions, Metrics: metrics } of document._aws.CloudWatchMetrics) {
    for (const name of Dimensions.flat())
      line.dimensions[name] = z.string().min(1).max(1024).parse(document[name]);
    for (const { Name } of metrics) line.values[Name] = [valueSchema.parse(document[Name])].flat();
  }
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  return line;
}

function setup() {
  const lines: string[] = [];
  const metrics = new Metrics({
    fleet: "fifo-fleet",
    now: () => 1_700_000_000_000,
    print: (line) => void lines.push(line),
  });
  const flush = () => metrics.flush({ busySlots: 3, idleSlots: 5 });
  return { metrics, flush, read: () => lines.map(readLine), lines };
}

const process = {
  dimensions: { Fleet: "fifo-fleet" },
  values: { BusySlots: [3], IdleSlots: [5], ServicesDown: [0], SandboxNotConfined: [0] },
};

test("a flush prints one line per kind and one for the process", () => {
  const { metrics, flush, read } = setup();
  metrics.outcome("resize-image", "completed");
  metrics.outcome("resize-image", "completed");
  metrics.outcome("send-mail", "dead-lettered");
  metrics.run("resize-image", { waitMs: 1.5, runMs: 20 });
  metrics.run("resize-image", { waitMs: 2.5, runMs: 30 });
  flush();
  expect(read()).toEqual([
    {
      dimensions: { Fleet: "fifo-fleet", Kind: "resize-image" },
      values: { Completed: [2], Wait: [1.5, 2.5], Run: [20, 30] },
    },
    { dimensions: { Fleet: "fifo-fleet", Kind: "send-mail" }, values: { DeadLettered: [1] } },
    process,
  ]);
});

test("values are printed once", () => {
  const { metrics, flush, read } = setup();
  metrics.outcome("resize-image", "retried");
  flush();
  flush();
  expect(read()).toHaveLength(3);
  expect(read().at(-1)).toEqual(process);
});

test("a worker without work still reports its slots", () => {
  const { flush, read } = setup();
  flush();
  expect(read()).toEqual([process]);
});

test("a worker says in every line of its own whether decode children are confined, and how many services are down", () => {
  const { metrics, read } = setup();
  metrics.flush({ busySlots: 0, idleSlots: 1, troubles: ["s3", "sqs"], unconfined: ["network", "files"] });
  expect(read()[0]?.values).toMatchObject({ SandboxNotConfined: [1], ServicesDown: [2] });
});

test("a worker that may not start says only that decode children are not confined", () => {
  const { metrics, read } = setup();
  metrics.refused(["files"]);
  expect(read()).toEqual([{ dimensions: { Fleet: "fifo-fleet" }, values: { SandboxNotConfined: [1] } }]);
});

test("each outcome has its own metric, and a lost run is not a lost lease", () => {
  const names: [OutcomeName, string][] = [
    ["completed", "Completed"],
    ["retried", "Retried"],
    ["rejected", "Rejected"],
    ["dead-lettered", "DeadLettered"],
    ["returned", "Returned"],
    ["lost", "Lost"],
  ];
  for (const [outcome, metric] of names) {
    const { metrics, flush, read } = setup();
    metrics.outcome("k", outcome);
    flush();
    expect(read()[0]?.values).toEqual({ [metric]: [1] });
  }
  const { metrics, flush, read } = setup();
  metrics.leaseLost("k");
  metrics.replayed("k");
  flush();
  expect(read()[0]?.values).toEqual({ LeaseLosses: [1], Replayed: [1] });
});

test("a clock that was set back gives no negative wait", () => {
  const { metrics, flush, read } = setup();
  metrics.run("k", { waitMs: -5, runMs: 1 });
  flush();
  expect(read()[0]?.values.Wait).toEqual([0]);
});

test("however much happens, every line fits the specification and nothing is lost or counted twice", () => {
  const kind = fc.constantFrom("resize-image", "send-mail", "parse-mail");
  const outcome = fc.constantFrom<OutcomeName>(
    "completed",
    "retried",
    "rejected",
    "dead-lettered",
    "returned",
    "lost",
  );
  const event = fc.oneof(
    fc.record({ what: fc.constant("outcome" as const), kind, outcome }),
    fc.record({ what: fc.constant("runs" as const), kind, count: fc.integer({ min: 1, max: 130 }) }),
    fc.record({ what: fc.constant("flush" as const) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const { metrics, flush, read } = setup();
      let outcomes = 0;
      let runs = 0;
      for (const happened of events) {
        if (happened.what === "flush") flush();
        else if (happened.what === "outcome") {
          metrics.outcome(happened.kind, happened.outcome);
          outcomes += 1;
        } else {
          for (let run = 0; run < happened.count; run += 1)
            metrics.run(happened.kind, { waitMs: run, runMs: run });
          runs += happened.count;
        }
      }
      flush();
      const lines = read();
      const sum = (names: string[]) =>
        lines.flatMap(({ values }) => names.flatMap((name) => values[name] ?? [])).reduce((a, b) => a + b, 0);
      expect(sum(["Completed", "Retried", "Rejected", "DeadLettered", "Returned", "Lost"])).toBe(outcomes);
      expect(lines.flatMap(({ values }) => values.Run ?? [])).toHaveLength(runs);
      expect(lines.flatMap(({ values }) => values.Wait ?? [])).toHaveLength(runs);
    }),
  );
});
