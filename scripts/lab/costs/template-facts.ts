// What the synthesised templates have that costs by the month or by the schedule.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

type Resource = { Type: string; Properties?: Record<string, unknown> };

/** Counts over all templates of a fleet. */
export type TemplateFacts = {
  alarms: number;
  /** Metrics that the alarms read, each alarm's own; an alarm costs by its metrics. */
  alarmMetrics: number;
  compositeAlarms: number;
  dashboards: number;
  /** Different custom metrics that alarms and dashboards name. */
  customMetrics: number;
  /** SQS queues, which one function counts. */
  queues: number;
  /** Calls of functions by schedules, a month. */
  scheduledCalls: number;
  natGateways: number;
};

const minutesOfMonth = 730 * 60;

/** Reads every template of an assembly. */
export function readTemplates(folder: string): Resource[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".template.json"))
    .flatMap((name) => {
      const { Resources = {} } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        Resources?: Record<string, Resource>;
      };
      return Object.values(Resources);
    });
}

/** A metric as templates write it. */
const metric = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: z.unknown() });

/** Every metric anywhere in a value. */
function named(value: unknown): z.infer<typeof metric>[] {
  if (typeof value !== "object" || value === null) return [];
  const { data: own } = metric.safeParse(value);
  return [...(own ? [own] : []), ...Object.values(value).flatMap(named)];
}

/** Metrics of an alarm: one, or those of its expression. */
const metricsOf = ({ Properties }: Resource) => named(Properties);

/** `rate(5 minutes)` in minutes. */
function minutesOf(expression: unknown): number {
  const [, count = "1", unit = "minute"] =
    /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(expression)) ?? [];
  return Number(count) * { minute: 1, hour: 60, day: 1440 }[unit as "minute" | "hour" | "day"];
}

/** Counts them. */
export function factsOf(resources: readonly Resource[]): TemplateFacts {
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const alarms = of("AWS::CloudWatch::Alarm");
  const dashboards = of("AWS::CloudWatch::Dashboard");
  const custom = new Set(
    alarms
      .flatMap(metricsOf)
      .filter(({ Namespace }) => Namespace === "FifoFleet")
      .map(({ MetricName, Dimensions }) => JSON.stringify([MetricName, Dimensions])),
  );
  return {
    alarms: alarms.length,
    alarmMetrics: alarms.reduce((sum, alarm) => sum + metricsOf(alarm).length, 0),
    compositeAlarms: of("AWS::CloudWatch::CompositeAlarm").length,
    dashboards: dashboards.length,
    customMetrics: custom.size,
    queues: of("AWS::SQS::Queue").length,
    scheduledCalls: of("AWS::Events::Rule").reduce(
      (sum, { Properties = {} }) =>
        sum + (Properties.ScheduleExpression ? minutesOfMonth / minutesOf(Properties.ScheduleExpression) : 0),
      0,
    ),
    natGateways: of("AWS::EC2::NatGateway").length,
  };
}
