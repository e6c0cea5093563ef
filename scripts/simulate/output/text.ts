// Results of a simulation as a table for people and as one line of JSON for programs.
import { table } from "../../cli/table.ts";
import type { Advice } from "../advise.ts";
import { type Comparison, checks, outcomesOf } from "../compare.ts";
import type { Outcome } from "../model/record.ts";

const seconds = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} s`;

/** The table of one trace, and what holds for ours. */
export function comparisonText(comparison: Comparison, width: number): string {
  const { trace } = comparison;
  const heads = ["policy", "hours", "cost", "p50", "p95", "max", "launches", "wasted", "peak"];
  const rows = outcomesOf(comparison).map((outcome) => [
    outcome.name,
    outcome.instanceHours.toFixed(2),
    outcome.cost.toFixed(3),
    seconds(outcome.waits.p50),
    seconds(outcome.waits.p95),
    seconds(outcome.waits.max),
    String(outcome.launches),
    `${outcome.wastedMinutes.toFixed(0)} min`,
    String(outcome.peak),
  ]);
  const lines = checks(comparison).map(({ holds, text }) => `${holds ? "holds" : "does not hold"}: ${text}`);
  return [`${trace.name}: ${trace.about}`, "", table(heads, rows, width), "", ...lines, ""].join("\n");
}

/** One line of JSON, version 1: fields may be added, none is renamed. */
export function comparisonJson(comparison: Comparison): string {
  return JSON.stringify({
    v: 1,
    trace: comparison.trace.name,
    policies: outcomesOf(comparison).map(policyJson),
    clairvoyantPlanOf: comparison.planOf,
    workHours: comparison.workHours,
    checks: checks(comparison),
  });
}

function policyJson({ name, instanceHours, cost, waits, waitsByKind, ...outcome }: Outcome) {
  const { launches, interrupted, reclaimed, wastedMinutes, peak, unfinished } = outcome;
  const kinds = Object.entries(waitsByKind).map(([kind, one]) => [
    kind,
    { waitP50: one.p50, waitP95: one.p95, waitMax: one.max },
  ]);
  return {
    ...{ name, instanceHours, cost, waitP50: waits.p50, waitP95: waits.p95, waitMax: waits.max },
    ...{ launches, interrupted, reclaimed, wastedMinutes, peak, unfinished },
    kinds: Object.fromEntries(kinds),
  };
}

/** The choices on the front, cheapest first. */
export function adviceText(trace: string, rows: readonly Advice[], width: number): string {
  const heads = ["target wait", "max", "warm", "hours", "cost", "p95 wait"];
  const shown = rows
    .filter(({ onFront }) => onFront)
    .map((row) => [
      `${row.targetWaitSeconds} s`,
      String(row.max),
      `${row.warmMinutes} min`,
      row.instanceHours.toFixed(2),
      row.cost.toFixed(3),
      seconds(row.waitP95),
    ]);
  const title = `${trace}: ${shown.length} of ${rows.length} choices are worth having; the others cost more for a wait as long`;
  return [title, "", table(heads, shown, width), ""].join("\n");
}
