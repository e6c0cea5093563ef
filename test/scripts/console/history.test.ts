// The last half hour as the charts show it, from the local CloudWatch by the calls of the real one.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readHistory } from "../../../scripts/console/fleet/history.ts";
import { publishAwsMetrics } from "../../../scripts/local/cloudwatch/aws-metrics.ts";
import { aggregateOf } from "../../../scripts/local/cloudwatch/metric-store.ts";
import { withChange } from "../../../triggers/metrics-due/scaling-row.ts";
import { queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { clientSettings } from "../../support/cloud.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let cloudWatch: CloudWatchClient;
let names: ResourceNames;
beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("history");
  cloudWatch = new CloudWatchClient(clientSettings(provisioned.cloud));
});
afterAll(async () => {
  cloudWatch.destroy();
  await provisioned.close();
});

const one = (value: number) => ({ count: 1, sum: value, min: value, max: value });

test("depths, sizes, ends of runs and times appear in their period, and means are over all kinds", async () => {
  const { metrics } = provisioned.cloud;
  const kinds = ["resize-image", "parse-mail"];
  const add = (name: string, kind: string | undefined, value: ReturnType<typeof one>) =>
    metrics.add({
      ...{ namespace: "FifoFleet", name, ...value },
      dimensions: { Fleet: "history", ...(kind !== undefined && { Kind: kind }) },
    });
  add("Visible", undefined, one(7));
  add("Wanted", undefined, one(2));
  add("Completed", "resize-image", one(3));
  add("Completed", "parse-mail", one(4));
  const times = (kind: string, name: string, values: readonly number[]) =>
    metrics.add({
      ...{ namespace: "FifoFleet", name, unit: "Milliseconds", ...aggregateOf(values) },
      dimensions: { Fleet: "history", Kind: kind },
    });
  times("resize-image", "Wait", [500, 500, 2000]);
  times("parse-mail", "Wait", [5000]);
  publishAwsMetrics(metrics, {
    queueNames: () => [queueName("history", "resize-image")],
    depthOf: () => ({ visible: 6, inFlight: 1 }),
    groups: { "history-workers": () => ({ desired: 2, inService: 1 }) },
  });
  const source = { cloudWatch, db: provisioned.db, names, kinds, periodSeconds: 60, now: Date.now };
  const history = await readHistory(source);
  const last = (series: readonly (number | null)[] | undefined) =>
    series?.findLast((value) => value !== null);
  expect(history.times).toHaveLength(30);
  expect(last(history.backlog.waiting)).toBe(7);
  expect([
    last(history.capacity.wanted),
    last(history.capacity["asked for"]),
    last(history.capacity["in service"]),
  ]).toEqual([2, 2, 1]);
  expect(last(history.outcomes.completed)).toBe(7);
  expect([last(history.durations["wait, mean"]), last(history.durations["wait, p95"])]).toEqual([2, 5]);
  const { wait, run } = history.kinds["resize-image"] ?? {};
  expect([wait?.p50, wait?.p95, run?.p50]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(2, 1), null]);
  expect(last(history.kinds["resize-image"]?.waiting)).toBe(6);
  expect(last(history.outcomes.rejected)).toBeUndefined();
  expect(history.changes).toEqual([]);
});

test("a change of the size is kept once, with its reason, and only the last thirty are", () => {
  const decision = (at: number, desired: number, wanted: number) => ({
    at,
    desired,
    wanted,
    reason: "backlog" as const,
  });
  const first = withChange([], decision(1, 0, 2));
  expect(first).toEqual([{ at: 1, from: 0, to: 2, reason: "backlog" }]);
  expect(withChange(first, decision(2, 1, 2))).toBe(first);
  expect(withChange(first, decision(3, 2, 2))).toBe(first);
  expect(withChange(first, decision(4, 2, 1))).toHaveLength(2);
  let many = first;
  for (let at = 5; at < 60; at += 1) many = withChange(many, decision(at, at % 2, (at % 2) + 1));
  expect(many).toHaveLength(30);
});
