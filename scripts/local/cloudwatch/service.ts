// CloudWatch's metrics as a local service (JSON 1.0): put, read, list, with percentiles in GetMetricData. Alarms and metric math are
// not implemented; the local fleet scales by the policy itself.
import { gunzipSync } from "node:zlib";
import type { LocalService, ServiceError, ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import {
  type Aggregate,
  aggregateOfValue,
  type Datapoint,
  type MetricStore,
  merged,
  spreadIn,
} from "./metric-store.ts";
import {
  CloudWatchError,
  getMetricDataSchema,
  getMetricStatisticsSchema,
  listMetricsSchema,
  notImplemented,
  parseCall,
  putMetricDataSchema,
  type Statistic,
} from "./requests.ts";
import { percentileOf } from "./spread.ts";

const targetPrefix = "GraniteServiceVersion20100801.";
const metricsPerPage = 500;

type Action = (store: MetricStore, body: unknown) => unknown;

const statisticOf: Readonly<Record<Statistic, (point: Aggregate) => number>> = {
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
  SampleCount: ({ count }) => count,
};

/** A statistic or a percentile of a period; undefined for a percentile where nobody knows the single values. */
function figureOf(point: Aggregate, stat: Statistic | `p${number}`): number | undefined {
  if (!stat.startsWith("p")) return statisticOf[stat as Statistic](point);
  const spread = spreadIn(point);
  return spread && percentileOf(spread, Number(stat.slice(1)) / 100, point);
}

/** Aggregates the measurements of one datum. A value in a list counts as often as its count says. */
function aggregateOfDatum(datum: {
  Value?: number | undefined;
  Values?: number[] | undefined;
  Counts?: number[] | undefined;
  StatisticValues?: { SampleCount: number; Sum: number; Minimum: number; Maximum: number } | undefined;
}): Aggregate | undefined {
  const { StatisticValues: set } = datum;
  if (set !== undefined) {
    return { count: set.SampleCount, sum: set.Sum, min: set.Minimum, max: set.Maximum };
  }
  let all: Aggregate | undefined;
  for (const [index, value] of (datum.Values ?? [datum.Value ?? 0]).entries()) {
    const count = datum.Counts?.[index] ?? 1;
    if (count > 0) all = merged(all, aggregateOfValue(value, count));
  }
  return all;
}

function putMetricData(store: MetricStore, body: unknown): unknown {
  const { Namespace, MetricData } = parseCall(putMetricDataSchema, body);
  for (const datum of MetricData) {
    const aggregate = aggregateOfDatum(datum);
    if (aggregate === undefined) continue;
    const { MetricName: name, Dimensions: dimensions, Unit: unit, Timestamp: atMs } = datum;
    store.add({ namespace: Namespace, name, dimensions, unit, atMs, ...aggregate });
  }
  return {};
}

function getMetricStatistics(store: MetricStore, body: unknown): unknown {
  if (typeof body === "object" && body !== null && "ExtendedStatistics" in body) {
    throw notImplemented("GetMetricStatistics with ExtendedStatistics");
  }
  const call = parseCall(getMetricStatisticsSchema, body);
  const points = store.datapoints({
    namespace: call.Namespace,
    name: call.MetricName,
    dimensions: call.Dimensions,
    unit: call.Unit,
    startMs: call.StartTime,
    endMs: call.EndTime,
    periodSeconds: call.Period,
  });
  const shown = (point: Datapoint) => ({
    Timestamp: point.startMs / 1000,
    Unit: point.unit,
    ...Object.fromEntries(call.Statistics.map((name) => [name, statisticOf[name](point)])),
  });
  return { Label: call.MetricName, Datapoints: points.map(shown) };
}

/** Refuses a request with an expression (metric math) as a whole. */
function refuseExpressions(body: unknown): void {
  if (JSON.stringify(body ?? null).includes('"Expression":')) throw notImplemented("metric math");
}

function getMetricData(store: MetricStore, body: unknown): unknown {
  refuseExpressions(body);
  const call = parseCall(getMetricDataSchema, body);
  const results = call.MetricDataQueries.filter((query) => query.ReturnData).map((query) => {
    const { Metric, Period, Stat, Unit } = query.MetricStat;
    const ascending = store.datapoints({
      namespace: Metric.Namespace,
      name: Metric.MetricName,
      dimensions: Metric.Dimensions,
      unit: Unit,
      startMs: call.StartTime,
      endMs: call.EndTime,
      periodSeconds: Period,
    });
    const ordered = call.ScanBy === "TimestampAscending" ? ascending : ascending.toReversed();
    const points = ordered.flatMap((point) => {
      const value = figureOf(point, Stat);
      return value === undefined ? [] : [{ at: point.startMs / 1000, value }];
    });
    return {
      Id: query.Id,
      Label: query.Label ?? Metric.MetricName,
      Timestamps: points.map(({ at }) => at),
      Values: points.map(({ value }) => value),
      StatusCode: "Complete",
    };
  });
  return { MetricDataResults: results, Messages: [] };
}

function listMetrics(store: MetricStore, body: unknown): unknown {
  const call = parseCall(listMetricsSchema, body);
  const found = store
    .list()
    .filter(
      ({ namespace, name, dimensions }) =>
        (call.Namespace ?? namespace) === namespace &&
        (call.MetricName ?? name) === name &&
        call.Dimensions.every(
          ({ Name, Value }) =>
            dimensions[Name] !== undefined && (Value ?? dimensions[Name]) === dimensions[Name],
        ),
    );
  const from = Number(call.NextToken ?? 0);
  if (!Number.isInteger(from) || from < 0) {
    throw new CloudWatchError("InvalidParameterValue", "NextToken: was not issued by this service");
  }
  const next = from + metricsPerPage;
  return {
    Metrics: found.slice(from, next).map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...(found.length > next && { NextToken: String(next) }),
  };
}

const actions: Readonly<Record<string, Action>> = {
  PutMetricData: putMetricData,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
};

function actionOf(request: ServiceRequest): string {
  const target = request.headers["x-amz-target"] ?? "";
  return target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : "Unknown";
}

function errorJson({ status, code, message }: ServiceError): ServiceResponse {
  const fault = status >= 500 ? "Receiver" : "Sender";
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-query-error": `${code};${fault}` },
    body: JSON.stringify({ __type: code, message }),
  };
}

/** The SDK compresses larger requests. Uncompressed they may have 1 MB (PutMetricData API reference). */
function bodyOf(request: ServiceRequest): unknown {
  try {
    const packed = request.headers["content-encoding"] === "gzip";
    const bytes = packed ? gunzipSync(request.body, { maxOutputLength: 1_048_576 }) : request.body;
    return JSON.parse(bytes.toString() || "{}");
  } catch {
    throw new CloudWatchError("SerializationException", "the body must be JSON of at most 1 MB");
  }
}

function answer(store: MetricStore, request: ServiceRequest): ServiceResponse {
  const name = actionOf(request);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) throw notImplemented(name);
  const result = action(store, bodyOf(request));
  return {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify(result),
  };
}

/** The CloudWatch service over a metric store. */
export function cloudWatchService(store: MetricStore): LocalService {
  return {
    name: "monitoring",
    targetPrefixes: [targetPrefix],
    actionOf,
    handle: async (request) => {
      try {
        return answer(store, request);
      } catch (error) {
        if (!(error instanceof CloudWatchError)) throw error;
        return errorJson(error);
      }
    },
    errorResponse: (_, error) => errorJson(error),
  };
}
