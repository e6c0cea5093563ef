// Turns measured rounds into rows, tables and the verdict: which peer is ahead of us at equal slots, and does it keep order?
import { median, significant } from "../../measure/statistics.ts";
import { circumstances, markdownTable, type Row, type SuiteOptions, type SuiteReport } from "../suite.ts";
import type { Drain } from "./drain.ts";
import { type Measured, rowName } from "./measured.ts";
import { type Workload, workloads } from "./workload.ts";

/** A row of this suite. Every figure is the median of the rounds, except `orderViolations`, which is the worst round. */
type QueueRow = Row & {
  slots: number;
  callsPerMessage: number;
  cpuMsPerMessage: number;
  orderViolations: number;
  jobsStarted: number;
};

/** Makes the report. */
export function reportOf(all: readonly Measured[], options: SuiteOptions): SuiteReport {
  const rows = all.map((measured) => rowOf(measured, all));
  const tables = workloads.flatMap((workload) => {
    const here = all.filter((row) => row.workload === workload);
    return here.length === 0 ? [] : [`${titleOf(workload)}\n\n${tableOf(here, all)}`];
  });
  const head = `Queue: messages per second, ${circumstances(options)}`;
  return { rows, text: [head, ...tables, verdictOf(all)].join("\n\n") };
}

function titleOf({ name, messages, groups, jobMs, slowMs, slowShare }: Workload): string {
  const slow = slowShare > 0 ? `, ${slowShare * 100} % of them ${slowMs} ms` : "";
  return `### ${name}: ${messages} messages, ${groups} groups, jobs of ${jobMs} ms${slow}`;
}

const medianOf = (rounds: readonly Drain[], figure: keyof Drain) =>
  median(rounds.map((drain) => drain[figure]));

const worstOf = (rounds: readonly Drain[], figure: keyof Drain) =>
  Math.max(...rounds.map((drain) => drain[figure]));

/** How many times as fast `measured` is as `other`: the median of the ratios of the rounds. */
function ratioOf(measured: Measured, other: Measured): number {
  const ratios = measured.rounds.map(
    ({ messagesPerSecond }, round) =>
      messagesPerSecond / (other.rounds[round]?.messagesPerSecond ?? Number.NaN),
  );
  return median(ratios);
}

/** The other side's rows for the same workload at the same slots. */
function opponentsOf({ workload, contender }: Measured, all: readonly Measured[]): Measured[] {
  return all.filter(
    (other) =>
      other.workload === workload &&
      other.contender.slots === contender.slots &&
      other.contender.ours !== contender.ours,
  );
}

function rowOf(measured: Measured, all: readonly Measured[]): QueueRow {
  const { workload, contender, rounds } = measured;
  const ratios = opponentsOf(measured, all).map(
    (other) => [other.contender.name, significant(ratioOf(measured, other))] as const,
  );
  return {
    name: rowName(workload, contender),
    unit: "messages/s",
    median: significant(medianOf(rounds, "messagesPerSecond"), 4),
    ratioTo: Object.fromEntries(ratios),
    ours: contender.ours,
    slots: contender.slots,
    callsPerMessage: significant(medianOf(rounds, "callsPerMessage")),
    cpuMsPerMessage: significant(medianOf(rounds, "cpuMsPerMessage")),
    orderViolations: worstOf(rounds, "violations"),
    jobsStarted: worstOf(rounds, "started"),
  };
}

function tableOf(here: readonly Measured[], all: readonly Measured[]): string {
  const head = ["consumer", "messages/s", "of ours", "calls/message", "CPU ms/message", "violations"];
  const cells = here.map((measured) => {
    const row = rowOf(measured, all);
    const ours = opponentsOf(measured, all).find(({ contender }) => contender.ours && !contender.ledger);
    const broken = row.orderViolations > 0 ? `**${row.orderViolations} of ${row.jobsStarted}**` : "0";
    const share = ours === undefined ? "" : ratioOf(measured, ours).toFixed(2);
    const { name } = measured.contender;
    return [name, Math.round(row.median), share, row.callsPerMessage, row.cpuMsPerMessage, broken];
  });
  return markdownTable(head, cells);
}

/** A peer is ahead from this ratio on; less is noise of a shared machine. */
const ahead = 1.03;

function verdictOf(all: readonly Measured[]): string {
  const lines = all
    .filter(({ contender }) => !contender.ours)
    .flatMap((peer) => {
      const ours = opponentsOf(peer, all).find(({ contender }) => !contender.ledger);
      const ratio = ours === undefined ? 0 : ratioOf(peer, ours);
      if (ratio < ahead) return [];
      const broken = worstOf(peer.rounds, "violations");
      const order = broken > 0 ? `breaks order (${broken} violations)` : "KEEPS ORDER";
      return [`- ${rowName(peer.workload, peer.contender)} is ahead by ${ratio.toFixed(2)}, ${order}`];
    });
  return lines.length === 0
    ? "No peer is ahead at equal slots."
    : ["Ahead of us at equal slots:", ...lines].join("\n");
}
