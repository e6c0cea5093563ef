import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { readEmf } from "../../../../scripts/local/cloudwatch/emf.ts";
import { createMetricStore, type MetricStore } from "../../../../scripts/local/cloudwatch/metric-store.ts";
import { cloudWatchService } from "../../../../scripts/local/cloudwatch/service.ts";
import { type Gateway, startGateway } from "../../../../scripts/local/gateway/gateway.ts";

const start = Date.UTC(2026, 0, 1);
let clock: VirtualClock;
let store: MetricStore;
let gateway: Gateway;
let client: CloudWatchClient;

beforeEach(async () => {
  clock = new VirtualClock(start);
  store = createMetricStore(clock);
  gateway = await startGateway({ port: 0, clock, services: [cloudWatchService(store)] });
  client = new CloudWatchClient({
    endpoint: gateway.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await gateway.close();
});

const put = (...MetricData: MetricDatum[]) =>
  client.send(new PutMetricDataCommand({ Namespace: "Fleet", MetricData }));
const statistics = async (more: Partial<{ Period: number; EndTime: Date; Unit: "Count" }> = {}) => {
  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: "Fleet",
      MetricName: "Jobs",
      Statistics: ["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
      StartTime: new Date(start),
      EndTime: new Date(start + 600_000),
      Period: 60,
      ...more,
    }),
  );
  return Datapoints;
};

test("values of one minute become one datapoint with all five statistics", async () => {
  await put({ MetricName: "Jobs", Value: 1, Unit: "Count" }, { MetricName: "Jobs", Value: 5, Unit: "Count" });
  await put({ MetricName: "Jobs", Values: [2, 3], Counts: [1, 2], Unit: "Count" });
  expect(await statistics()).toEqual([
    {
      Timestamp: new Date(start),
      Unit: "Count",
      Sum: 14,
      Average: 14 / 5,
      Minimum: 1,
      Maximum: 5,
      SampleCount: 5,
    },
  ]);
});

test("a statistic set counts like the values it stands for", async () => {
  await put({ MetricName: "Jobs", StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 } });
  await put({ MetricName: "Jobs", Value: 6 });
  expect(await statistics()).toMatchObject([
    { Sum: 16, Average: 3.2, Minimum: 1, Maximum: 6, SampleCount: 5 },
  ]);
});

test("periods begin at whole multiples, and those without data are left out", async () => {
  for (const minute of [0, 1, 2, 6]) {
    await put({ MetricName: "Jobs", Value: minute, Timestamp: new Date(start + minute * 60_000 + 30_000) });
  }
  const sums = async (Period: number) =>
    (await statistics({ Period }))?.map((point) => [point.Timestamp?.getTime(), point.Sum]);
  expect(await sums(120)).toEqual([
    [start, 1],
    [start + 120_000, 2],
    [start + 360_000, 6],
  ]);
  expect(await sums(30)).toEqual([
    [start + 30_000, 0],
    [start + 90_000, 1],
    [start + 150_000, 2],
    [start + 390_000, 6],
  ]);
});

test("other dimensions make another metric, whatever their order", async () => {
  const Dimensions = [
    { Name: "kind", Value: "a" },
    { Name: "host", Value: "h" },
  ];
  await put({ MetricName: "Jobs", Value: 1, Dimensions });
  await put({ MetricName: "Jobs", Value: 2, Dimensions: Dimensions.toReversed() });
  await put({ MetricName: "Jobs", Value: 9 });
  const query = (Id: string, dimensions: typeof Dimensions) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: "Fleet", MetricName: "Jobs", Dimensions: dimensions },
      Period: 60,
      Stat: "Sum",
    },
  });
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(start),
      EndTime: new Date(start + 60_000),
      MetricDataQueries: [query("both", Dimensions), query("none", []), query("one", Dimensions.slice(1))],
    }),
  );
  expect(MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
    ["both", [3]],
    ["none", [9]],
    ["one", []],
  ]);
});

test("GetMetricData gives the newest first unless asked otherwise", async () => {
  await put({ MetricName: "Jobs", Value: 1 });
  clock.advance(60_000);
  await put({ MetricName: "Jobs", Value: 2 });
  const values = async (ScanBy?: "TimestampAscending") => {
    const Metric = { Namespace: "Fleet", MetricName: "Jobs" };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(start),
        EndTime: new Date(start + 120_000),
        ScanBy,
        MetricDataQueries: [{ Id: "q", MetricStat: { Metric, Period: 60, Stat: "Maximum" } }],
      }),
    );
    return MetricDataResults?.[0]?.Values;
  };
  expect([await values(), await values("TimestampAscending")]).toEqual([
    [2, 1],
    [1, 2],
  ]);
});

test("metrics are listed by namespace, name and dimensions, in pages", async () => {
  for (let batch = 0; batch < 2; batch += 1) {
    const data = Array.from({ length: 300 }, (_, index) => ({
      MetricName: "Jobs",
      Value: 1,
      Dimensions: [{ Name: "id", Value: `${batch}-${index}` }],
    }));
    await put(...data);
  }
  await put({ MetricName: "Other", Value: 1 });
  const first = await client.send(new ListMetricsCommand({ MetricName: "Jobs" }));
  const second = await client.send(
    new ListMetricsCommand({ MetricName: "Jobs", NextToken: first.NextToken }),
  );
  expect([first.Metrics?.length, second.Metrics?.length, second.NextToken]).toEqual([500, 100, undefined]);
  const one = await client.send(
    new ListMetricsCommand({ Namespace: "Fleet", Dimensions: [{ Name: "id", Value: "1-7" }] }),
  );
  expect(one.Metrics).toEqual([
    { Namespace: "Fleet", MetricName: "Jobs", Dimensions: [{ Name: "id", Value: "1-7" }] },
  ]);
});

test("bad data is refused with the field's name, and nothing of the request is stored", async () => {
  const refused = put({ MetricName: "Jobs", Value: 1 }, { MetricName: "Jobs", Value: 1, Values: [1] });
  await expect(refused).rejects.toThrow("MetricData.1: exactly one of Value, Values and StatisticValues");
  const reserved = new PutMetricDataCommand({ Namespace: "AWS/Own", MetricData: [] });
  await expect(client.send(reserved)).rejects.toThrow("Namespace: a custom namespace cannot begin with AWS/");
  await expect(statistics({ Period: 45 })).rejects.toThrow(
    "Period: must be 1, 5, 10, 30 or a multiple of 60",
  );
  expect(await statistics()).toEqual([]);
});

test("alarms and metric math answer NotImplemented", async () => {
  const alarm = new PutMetricAlarmCommand({
    AlarmName: "a",
    ComparisonOperator: "GreaterThanThreshold",
    EvaluationPeriods: 1,
  });
  await expect(client.send(alarm)).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
  const math = new GetMetricDataCommand({
    StartTime: new Date(start),
    EndTime: new Date(start + 1),
    MetricDataQueries: [{ Id: "e", Expression: "a+b" }],
  });
  await expect(client.send(math)).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
});

test("data expires: seconds after 5 minutes, tens of seconds after 35, minutes after 15 days", async () => {
  const kept = async () => {
    await put({ MetricName: "Jobs", Value: 1 });
    const periods = [1, 10, 60].map((Period) => statistics({ Period }));
    return (await Promise.all(periods)).map((points) => points?.length);
  };
  expect(await kept()).toEqual([1, 1, 1]);
  clock.advance(11 * 60_000);
  expect(await kept()).toEqual([0, 1, 1]);
  clock.advance(30 * 60_000);
  expect(await kept()).toEqual([0, 0, 1]);
  clock.advance(15 * 24 * 3_600_000);
  expect(await kept()).toEqual([0, 0, 0]);
});

const emfLine = (extra: Record<string, unknown>, dimensions: string[][] = [["kind"], []]) =>
  JSON.stringify({
    _aws: {
      Timestamp: start,
      CloudWatchMetrics: [
        { Namespace: "Fleet", Dimensions: dimensions, Metrics: [{ Name: "Jobs", Unit: "Count" }] },
      ],
    },
    kind: "a",
    ...extra,
  });

test("a line in embedded metric format gives one metric for each set of dimensions", () => {
  const metric = { namespace: "Fleet", name: "Jobs", unit: "Count", atMs: start };
  const aggregate = { count: 3, sum: 6, min: 1, max: 3 };
  expect(readEmf(emfLine({ Jobs: [1, 2, 3] }))).toMatchObject([
    { ...metric, ...aggregate, dimensions: { kind: "a" } },
    { ...metric, ...aggregate, dimensions: {} },
  ]);
});

test("lines without metrics, values that are not numbers and missing dimensions give no metric", () => {
  const lines = ["", "listening", '{"level":30}', '{"_aws":', '{"_aws":{}}', emfLine({ Jobs: "many" })];
  expect(lines.flatMap(readEmf)).toEqual([]);
  expect(readEmf(emfLine({ Jobs: 1 }, [["host"]]))).toEqual([]);
});

test("the line reader never throws, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.string().map((text) => `{"_aws":${text}}`),
      ),
      (line) => {
        expect(Array.isArray(readEmf(line))).toBe(true);
      },
    ),
  );
});

test("sum, count, minimum and maximum do not depend on how values are spread over requests", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer(), { minLength: 1 }), { minLength: 1 }), (batches) => {
      const metrics = createMetricStore(new VirtualClock(start));
      const id = { namespace: "N", name: "M", dimensions: {} };
      for (const values of batches) {
        for (const value of values) metrics.add({ ...id, count: 1, sum: value, min: value, max: value });
      }
      const [point] = metrics.datapoints({ ...id, startMs: start, endMs: start + 1000, periodSeconds: 60 });
      const all = batches.flat();
      expect(point).toMatchObject({
        count: all.length,
        sum: all.reduce((sum, value) => sum + value, 0),
        min: Math.min(...all),
        max: Math.max(...all),
      });
    }),
  );
});

test("a percentile is within five percent of the true one, and left out where single values are not known", async () => {
  const Values = Array.from({ length: 100 }, (_, index) => index + 1);
  await put({ MetricName: "Run", Unit: "Milliseconds", Values });
  await put({ MetricName: "Run", Unit: "Milliseconds", Value: 1000 });
  const StatisticValues = { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 };
  await put({ MetricName: "Set", Unit: "Milliseconds", StatisticValues });
  const query = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: "Fleet", MetricName }, Period: 60, Stat },
  });
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(start),
      EndTime: new Date(start + 60_000),
      MetricDataQueries: [
        ...[query("half", "Run", "p50"), query("most", "Run", "p95"), query("all", "Run", "p100")],
        query("set", "Set", "p95"),
      ],
    }),
  );
  const [half = 0, most = 0, all = 0, set] = MetricDataResults.map(({ Values: [value] = [] }) => value);
  for (const [found, is] of [
    [half, 51],
    [most, 96],
  ] as const)
    expect(Math.abs(found - is) / is).toBeLessThan(0.06);
  expect([all, set]).toEqual([1000, undefined]);
});

test("a period of several single times knows how they are spread", async () => {
  for (const minute of [0, 1, 2, 3])
    await put({
      MetricName: "Wait",
      Unit: "Milliseconds",
      Timestamp: new Date(start + minute * 60_000),
      Value: minute === 3 ? 390_000 : 100,
    });
  const query = (Id: string, Stat: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: "Fleet", MetricName: "Wait" }, Period: 300, Stat },
  });
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(start),
      EndTime: new Date(start + 300_000),
      MetricDataQueries: [query("half", "p50"), query("most", "p95")],
    }),
  );
  const [half = 0, most = 0] = MetricDataResults.map(({ Values: [value] = [] }) => value);
  expect(Math.abs(half - 100) / 100).toBeLessThan(0.06);
  expect(Math.abs(most - 390_000) / 390_000).toBeLessThan(0.06);
});
