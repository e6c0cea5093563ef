// Schemas of CloudWatch's requests in JSON, and the errors that refuse them.
import { z } from "zod";
import { ApiError } from "../gateway/api-error.ts";

/** An error of the CloudWatch API. */
export class CloudWatchError extends ApiError {
  override name = "CloudWatchError";
}

export const notImplemented = (what: string): CloudWatchError =>
  new CloudWatchError("NotImplemented", `${what} is not part of the local cloud`, 501);

/** Times in JSON are epoch seconds; the SDK sends fractions. */
const time = z.number().transform((seconds) => Math.round(seconds * 1000));
const dimension = z.object({ Name: z.string().min(1).max(255), Value: z.string().min(1).max(1024) });
const dimensions = z
  .array(dimension)
  .max(30)
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])));
const number = z
  .number()
  .min(-(2 ** 360))
  .max(2 ** 360);

const datum = z
  .object({
    MetricName: z.string().min(1).max(255),
    Dimensions: dimensions,
    Timestamp: time.optional(),
    Unit: z.string().optional(),
    StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
    Value: number.optional(),
    Values: z.array(number).min(1).max(150).optional(),
    Counts: z.array(number).optional(),
    StatisticValues: z
      .object({ SampleCount: number, Sum: number, Minimum: number, Maximum: number })
      .optional(),
  })
  .refine(
    ({ Value, Values, StatisticValues }) =>
      [Value, Values, StatisticValues].filter((given) => given !== undefined).length === 1,
    "exactly one of Value, Values and StatisticValues must be given",
  )
  .refine(
    ({ Values, Counts }) => Counts === undefined || Counts.length === Values?.length,
    "Counts must have as many items as Values",
  );

export const putMetricDataSchema = z.object({
  Namespace: z
    .string()
    .min(1)
    .max(255)
    .refine((name) => !name.startsWith("AWS/"), "a custom namespace cannot begin with AWS/"),
  MetricData: z.array(datum).max(1000),
});

const period = z
  .number()
  .int()
  .refine(
    (seconds) => [1, 5, 10, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
    "must be 1, 5, 10, 30 or a multiple of 60",
  );

export const statistics = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"] as const;
export type Statistic = (typeof statistics)[number];

/** A percentile as CloudWatch writes it: p50, p99.9. */
const percentile = z.templateLiteral(["p", z.number().min(0).max(100)]);

export const getMetricStatisticsSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions,
  StartTime: time,
  EndTime: time,
  Period: period,
  Unit: z.string().optional(),
  Statistics: z.array(z.enum(statistics)).min(1),
});

export const getMetricDataSchema = z.object({
  StartTime: time,
  EndTime: time,
  ScanBy: z.enum(["TimestampDescending", "TimestampAscending"]).default("TimestampDescending"),
  MetricDataQueries: z
    .array(
      z.object({
        Id: z.string().regex(/^[a-z][A-Za-z0-9_]*$/),
        Label: z.string().optional(),
        ReturnData: z.boolean().default(true),
        MetricStat: z.object({
          Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions }),
          Period: period,
          Stat: z.union([z.enum(statistics), percentile]),
          Unit: z.string().optional(),
        }),
      }),
    )
    .min(1)
    .max(500),
});

export const listMetricsSchema = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
  NextToken: z.string().optional(),
});

/** Checks a request's JSON. @throws CloudWatchError naming the first field that is wrong */
export function parseCall<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw new CloudWatchError("InvalidParameterValue", `${problem?.path.join(".")}: ${problem?.message}`);
}
