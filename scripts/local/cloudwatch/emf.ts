// Reads metrics from log lines in the embedded metric format. Knows no log and no store.
// Source: CloudWatch user guide, "Specification: Embedded metric format".
import { z } from "zod";
import { type Aggregate, aggregateOf, type MetricId } from "./metric-store.ts";

const directiveSchema = z.object({
  Namespace: z.string().min(1),
  Dimensions: z.array(z.array(z.string()).max(30)),
  Metrics: z.array(z.object({ Name: z.string().min(1), Unit: z.string().optional() })).max(100),
});
const lineSchema = z.looseObject({
  _aws: z.object({ Timestamp: z.number(), CloudWatchMetrics: z.array(directiveSchema) }),
});
const valuesSchema = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(100)]);

/** A metric found in a line. */
export type EmfMetric = MetricId & Aggregate & { unit: string | undefined; atMs: number };

type Line = z.infer<typeof lineSchema>;

/** The dimensions of a set by name; `undefined` when a value is missing, because CloudWatch then drops the set. */
function dimensionsOf(line: Line, names: readonly string[]): Record<string, string> | undefined {
  const entries = names.map((name) => [name, line[name]] as const);
  if (entries.some(([, value]) => typeof value !== "string" && typeof value !== "number")) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function metricsOf(line: Line, directive: z.infer<typeof directiveSchema>): EmfMetric[] {
  return directive.Metrics.flatMap(({ Name, Unit }) => {
    const values = valuesSchema.safeParse(line[Name]);
    if (!values.success) return [];
    return directive.Dimensions.flatMap((names) => {
      const dimensions = dimensionsOf(line, names);
      if (dimensions === undefined) return [];
      const id = { namespace: directive.Namespace, name: Name, dimensions };
      return [{ ...id, ...aggregateOf(values.data), unit: Unit, atMs: line._aws.Timestamp }];
    });
  });
}

/** The metrics in one log line; none when the line is not JSON or has no metrics. Never throws. */
export function readEmf(line: string): EmfMetric[] {
  if (!line.includes('"_aws"')) return [];
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch {
    return [];
  }
  const parsed = lineSchema.safeParse(content);
  return parsed.success
    ? parsed.data._aws.CloudWatchMetrics.flatMap((directive) => metricsOf(parsed.data, directive))
    : [];
}
