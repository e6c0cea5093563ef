// CloudWatch's metric math as far as our alarms use it. Anything else is an error, never a guess. Source: CloudWatch user
// guide, "Use metric math": in comparisons and arithmetic a value that is missing counts as 0.
import type { Resource } from "./synth.ts";

/** A metric of an alarm's `Metrics`, or its expression. */
export type Query = {
  Id: string;
  Expression?: string;
  Period?: number;
  MetricStat?: {
    Metric: {
      Namespace: string;
      MetricName: string;
      Dimensions?: { Name: string; Value: unknown }[];
    };
    Period: number;
    Stat: string;
  };
  ReturnData?: boolean;
};

/** The metrics and the expression of an alarm. */
export const queriesOf = ({ Properties }: Resource): Query[] => (Properties.Metrics ?? []) as Query[];

type Figures = Readonly<Record<string, number | undefined>>;

const functions = {
  IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  SUM: (values: number[]) => values.reduce((total, value) => total + value, 0),
  MAX: (values: number[]) => Math.max(...values),
};

/**
 * The value of an alarm's expression at one time; undefined where no metric has a value.
 * @param figures values by the ids of the metrics
 */
export function mathOf(alarm: Resource, figures: Figures): number | undefined {
  const expression = queriesOf(alarm).find(({ Expression }) => Expression !== undefined)?.Expression ?? "";
  const ids = queriesOf(alarm).flatMap(({ Id, MetricStat }) => (MetricStat ? [Id] : []));
  const known = ids.flatMap((id) => figures[id] ?? []);
  if (known.length === 0) return undefined;
  const code = expression
    .replaceAll(/\bAND\b/g, "&&")
    .replaceAll(/\bMETRICS\(\)/g, `[${known.join(", ")}]`)
    // Only this function sees that a value is missing.
    .replaceAll(/\bFILL\((\w+), (\w+)\)/g, (_, id: string, other: string) => String(figures[id] ?? other));
  for (const [word] of code.matchAll(/[A-Za-z]\w*/g))
    if (!ids.includes(word) && !(word in functions)) throw new Error(`cannot evaluate ${word}`);
  const run = new Function(...Object.keys(functions), ...ids, `return ${code};`);
  return run(...Object.values(functions), ...ids.map((id) => figures[id] ?? 0));
}
