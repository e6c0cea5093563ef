// What a campaign prints: one stable line of JSON, or a table for people, over one or several seeds.
import { percentile } from "../../measure/statistics.ts";
import { type Figures, ruleOfThree } from "./figures.ts";

/** The report of one or several runs: the stable fields of `--json`. */
export type Report = {
  v: 1;
  seed: number;
  seeds: number;
  jobs: number;
  acknowledged: number;
  faults: Record<string, number>;
  redelivered: number;
  lost: number;
  doubled: number;
  orderViolations: number;
  staleWritesApplied: number;
  staleWritesRejected: number;
  collateralDeadLetters: number;
  ambiguousMails: number;
  /** Crash points that were reached, and how many exist. */
  crashPointsCovered: string;
  /** The same by job kind. */
  crashPoints: Record<string, string>;
  seconds: number;
  kills: number;
  /** Without any violation: the 95 % bound on the rate of violations per kill. */
  boundPerKill: number;
  redeliveryAfterDrainP99: number | undefined;
  recoveryAfterKillP50: number | undefined;
  recoveryAfterKillP99: number | undefined;
  outages: number;
  /** Seconds from the end of an outage until a waiting group had ended a job; on the machine, where work is not faster. */
  recoveryAfterOutageP50: number | undefined;
  recoveryAfterOutageP99: number | undefined;
  /** The most calls of a worker to a failing service in a minute of its own time. */
  mostCallsPerMinute: number;
  /** The samples behind the percentiles, in seconds, so that separate runs can be combined. */
  samples: Pick<Figures, "redeliveryAfterDrain" | "recoveryAfterKill" | "recoveryAfterOutage">;
  violations: { invariant: string; text: string; jobId?: string }[];
  /** The command that repeats the failed run. */
  replay?: string;
};

/** One run's part of a report. */
export type RunReport = Omit<
  Report,
  | "v"
  | "seeds"
  | "boundPerKill"
  | "redeliveryAfterDrainP99"
  | "recoveryAfterKillP50"
  | "recoveryAfterKillP99"
  | "kills"
  | "crashPointsCovered"
  | "crashPoints"
  | "samples"
  | "outages"
  | "recoveryAfterOutageP50"
  | "recoveryAfterOutageP99"
  | "mostCallsPerMinute"
  | "redelivered"
> & { figures: Figures; crashes?: Coverage };

/** Crash points of one scenario. */
export type Coverage = { name: string; covered: number; total: number };

/** Combines runs into one report. */
export function reportOf(runs: readonly RunReport[]): Report {
  const sum = (value: (run: RunReport) => number) => runs.reduce((total, run) => total + value(run), 0);
  const drains = runs.flatMap(({ figures }) => figures.redeliveryAfterDrain);
  const recoveries = runs.flatMap(({ figures }) => figures.recoveryAfterKill);
  const afterOutages = runs.flatMap(({ figures }) => figures.recoveryAfterOutage);
  const kills = sum(({ figures }) => figures.kills);
  const replay = runs.find((run) => run.replay !== undefined)?.replay;
  return {
    v: 1,
    seed: runs[0]?.seed ?? 0,
    seeds: runs.length,
    jobs: sum(({ jobs }) => jobs),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    faults: addedUp(runs.map(({ faults }) => faults)),
    redelivered: sum(({ figures }) => figures.redelivered),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    orderViolations: sum(({ orderViolations }) => orderViolations),
    staleWritesApplied: sum(({ staleWritesApplied }) => staleWritesApplied),
    staleWritesRejected: sum(({ staleWritesRejected }) => staleWritesRejected),
    collateralDeadLetters: sum(({ collateralDeadLetters }) => collateralDeadLetters),
    ambiguousMails: sum(({ ambiguousMails }) => ambiguousMails),
    ...coverageOf(runs.flatMap(({ crashes }) => crashes ?? [])),
    seconds: Math.round(sum(({ seconds }) => seconds) * 10) / 10,
    kills,
    boundPerKill: ruleOfThree(kills),
    redeliveryAfterDrainP99: percentile(drains, 0.99),
    recoveryAfterKillP50: percentile(recoveries, 0.5),
    recoveryAfterKillP99: percentile(recoveries, 0.99),
    outages: sum(({ figures }) => figures.outages),
    recoveryAfterOutageP50: percentile(afterOutages, 0.5),
    recoveryAfterOutageP99: percentile(afterOutages, 0.99),
    mostCallsPerMinute: Math.round(Math.max(0, ...runs.map(({ figures }) => figures.mostCallsPerMinute))),
    samples: {
      recoveryAfterOutage: afterOutages,
      redeliveryAfterDrain: drains,
      recoveryAfterKill: recoveries,
    },
    violations: runs.flatMap(({ violations }) => violations),
    ...(replay !== undefined && { replay }),
  };
}

function coverageOf(coverages: readonly Coverage[]): Pick<Report, "crashPoints" | "crashPointsCovered"> {
  const sum = (of: (one: Coverage) => number) => coverages.reduce((total, one) => total + of(one), 0);
  return {
    crashPointsCovered: `${sum(({ covered }) => covered)}/${sum(({ total }) => total)}`,
    crashPoints: Object.fromEntries(
      coverages.map(({ name, covered, total }) => [name, `${covered}/${total}`]),
    ),
  };
}

function addedUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const count of counts)
    for (const [kind, times] of Object.entries(count)) total[kind] = (total[kind] ?? 0) + times;
  return Object.fromEntries(Object.entries(total).sort(([a], [b]) => a.localeCompare(b)));
}

const inSeconds = (value: number | undefined) => (value === undefined ? "–" : `${value.toFixed(2)} s`);

/** The report as a Markdown table, as the documentation shows it. */
export function asTable(report: Report): string {
  const injected = Object.values(report.faults).reduce((total, times) => total + times, 0);
  const rows: [string, string | number][] = [
    ["seeds", report.seeds],
    ["inputs acknowledged", report.acknowledged],
    ["faults injected", injected],
    ["messages redelivered", report.redelivered],
    ["lost", report.lost],
    ["doubled", report.doubled],
    ["order violations", report.orderViolations],
    ["stale writes applied", report.staleWritesApplied],
    ["stale writes rejected", report.staleWritesRejected],
    ["collateral dead letters", report.collateralDeadLetters],
    ["mails of unknown outcome", report.ambiguousMails],
    ["crash points covered", report.crashPointsCovered],
    ...Object.entries(report.crashPoints).map(([name, covered]): [string, string] => [`– ${name}`, covered]),
    ["workers killed", report.kills],
    [
      "violations per kill, 95 % bound (3/n)",
      report.violations.length === 0 ? report.boundPerKill.toFixed(4) : "–",
    ],
    [
      `redelivery after a drain, p99 of ${report.samples.redeliveryAfterDrain.length}`,
      inSeconds(report.redeliveryAfterDrainP99),
    ],
    ["recovery after a kill, p50", inSeconds(report.recoveryAfterKillP50)],
    ["recovery after a kill, p99", inSeconds(report.recoveryAfterKillP99)],
    ["outages", report.outages],
    [
      `recovery after an outage, p50 of ${report.samples.recoveryAfterOutage.length}`,
      inSeconds(report.recoveryAfterOutageP50),
    ],
    ["recovery after an outage, p99", inSeconds(report.recoveryAfterOutageP99)],
    ["most calls of a worker to a failing service in a minute of its time", report.mostCallsPerMinute],
    ["seconds", report.seconds],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}
