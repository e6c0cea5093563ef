// A soak's result as text: what was done, some of the windows, the slopes with their bounds, the verdict.
import { megabytes } from "../measure/statistics.ts";
import type { SoakResult } from "./soak-result.ts";
import type { JudgedTrend } from "./verdict.ts";

const inMegabytes = (bytes: number | null | undefined): string =>
  bytes === null || bytes === undefined ? "-" : megabytes(bytes).toFixed(0);

/** The report shows at most this many windows. */
const shownWindows = 16;

/** The whole report. */
export function reportOf(result: SoakResult): string {
  const { inputs, minutes, seed } = result;
  return [
    `soak of ${minutes} min, seed ${seed}: ${inputs.submitted} inputs accepted (${result.inputsPerSecond.toFixed(2)}/s), ` +
      `${inputs.completed} completed, ${inputs.rejected} rejected, ${inputs.deadLettered} dead-lettered, ` +
      `${inputs.lost} lost; ${inputs.refused} not accepted`,
    `of these: ${kinds(inputs)}`,
    `disturbances: ${counts(result.troubles)}`,
    `requests hit by faults: ${counts(result.faults)}`,
    "",
    ...windowTable(result),
    "",
    `slopes per minute after ${result.warmUpMinutes} min of warm-up, with standard error:`,
    ...result.trends.map(trendLine),
    "",
    result.problems.length === 0
      ? verdict(result.trends)
      : `did not hold:\n${result.problems.map((problem) => `  ${problem}`).join("\n")}`,
  ].join("\n");
}

const counts = (of: Record<string, number>) =>
  Object.entries(of)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ") || "none";

/** How many inputs of each kind have ended. */
function kinds({ byKind }: SoakResult["inputs"]): string {
  const ended = Object.entries(byKind).map(([kind, outcomes]) => [
    kind,
    Object.values(outcomes ?? {}).reduce((sum, count) => sum + count, 0),
  ]);
  return counts(Object.fromEntries(ended));
}

function verdict(trends: readonly JudgedTrend[]): string {
  const judged = trends.some(({ holds }) => holds !== null);
  return judged
    ? "everything held: nothing lost, nothing left behind, memory and files flat"
    : "nothing lost, nothing left behind; too short to judge slopes";
}

function windowTable({ windows }: SoakResult): string[] {
  const head = [
    "min",
    "worker",
    "heap",
    "files",
    "workers",
    "decoders",
    "cloud",
    "heap",
    "files",
    "dynamodb",
  ];
  const more = ["temp", "objects", "rows", "ended"];
  const every = Math.max(1, Math.ceil(windows.length / shownWindows));
  const shown = windows.filter((_, index) => index % every === every - 1 || index === 0);
  const rows = shown.map(({ minute, roles, temporaryFiles, objects, rows: held, ended }) => [
    minute.toFixed(windows.length < 30 && minute < 10 ? 1 : 0),
    inMegabytes(roles.worker?.rssBytes),
    inMegabytes(roles.worker?.heapBytes),
    String(roles.worker?.files ?? "-"),
    inMegabytes(roles.workers?.rssBytes),
    inMegabytes(roles.decoders?.rssBytes),
    inMegabytes(roles.cloud?.rssBytes),
    inMegabytes(roles.cloud?.heapBytes),
    String(roles.cloud?.files ?? "-"),
    inMegabytes(roles.dynamodb?.rssBytes),
    String(temporaryFiles),
    String(objects),
    String(held),
    String(ended),
  ]);
  return [[...head, ...more], ...rows].map((cells) => cells.map((cell) => cell.padStart(9)).join(""));
}

function trendLine({ role, quantity, unit, bound, trend, holds }: JudgedTrend): string {
  const name = `  ${role} ${quantity}`.padEnd(18);
  if (trend === null) return `${name} has too few measurements`;
  const { slope, standardError, mean } = trend;
  const verdictWord = holds === null ? "not judged" : holds ? "flat" : "GROWS";
  return `${name} ${slope >= 0 ? "+" : ""}${slope.toFixed(3)} ± ${standardError.toFixed(3)} ${unit} (mean ${mean.toFixed(1)}, bound ${bound}): ${verdictWord}`;
}
