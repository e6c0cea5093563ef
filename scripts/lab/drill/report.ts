// A drill's result as text.
import type { DrillResult, OutageResult, Times } from "./drill-result.ts";

/** The whole report. */
export function reportOf(result: DrillResult): string {
  const { worker, jobs } = result;
  const lines = [
    `drill ${result.drill}: worker on ${worker.instance} (process ${worker.process})`,
    ...(result.outage === undefined ? messageLines(result) : putOffLines(result)),
    ...endLines(result),
    `  jobs        ${jobs.fed} ${result.outage ? "inputs" : "pictures"} fed during the drill: ${jobs.completed} completed, ` +
      `${jobs.rejected} rejected, ${jobs.deadLettered} dead-lettered, ${jobs.lost} lost${notTaken(jobs)}; ` +
      `${result.outage ? "the tables" : "their albums"} count ${jobs.counted}`,
    "",
    result.problems.length === 0
      ? "everything held: nothing lost, nothing done twice"
      : `did not hold:\n${result.problems.map((problem) => `  ${problem}`).join("\n")}`,
  ];
  return lines.join("\n");
}

function messageLines(result: DrillResult): string[] {
  const { drill, held, landed, finished, handedBack, aborted, takenOver, left, refusedWrites } = result;
  return [
    `  held        ${held} messages${landed > 0 ? `, and ${landed} from a pending receive` : ""}`,
    `  finished    ${finished}`,
    `  returned    ${handedBack}${handedBack > 0 ? `, ${pickedUp("by another worker", result.pickedUp)}` : ""}`,
    `  aborted     ${aborted} runs that had begun; they do not count as failures`,
    ...(takenOver > 0
      ? [
          `  taken over  ${takenOver} after their lease of ${result.leaseSeconds} s, ${pickedUp("after the event", result.takenOverAfter)}`,
        ]
      : []),
    ...(left > 0 ? [`  left        ${left}`] : []),
    ...(drill === "pause" && refusedWrites > 0
      ? [
          `  refused     ${refusedWrites} late writes of this worker: a stale fence, or an album changed meanwhile`,
        ]
      : []),
  ];
}

const notTaken = ({ refused = 0 }: DrillResult["jobs"]) =>
  refused > 0 ? ` (${refused} more were not taken)` : "";

/** In an outage messages are returned with pauses, so who takes them next says little. */
const putOffLines = ({ held, aborted }: DrillResult): string[] => [
  `  held        ${held} messages`,
  `  put off     ${aborted} runs; they count neither as runs nor as failures`,
];

function pickedUp(how: string, { count, p50Ms, p99Ms, maxMs }: Times): string {
  if (count === 0) return `none received ${how} so far`;
  return `${count} received ${how}: median ${ms(p50Ms)}, p99 ${ms(p99Ms)}, slowest ${ms(maxMs)}`;
}

const ms = (value: number | null) =>
  value === null ? "-" : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

function endLines(result: DrillResult): string[] {
  const { drainSeconds, deadlineSeconds, lifecycle, exit, announced, drill } = result;
  const lines: string[] = [];
  if (deadlineSeconds !== null)
    lines.push(
      `  drained     ${drainSeconds === null ? "nothing to settle" : `after ${drainSeconds.toFixed(1)} s`}; it had ${deadlineSeconds} s`,
    );
  if (drill === "scale-in" || drill === "spot")
    lines.push(`  lifecycle   ${lifecycleText(lifecycle, drill === "spot")}`);
  if (announced !== null) lines.push(`  state       ${announced}`);
  if (result.outage !== undefined) lines.push(...outageLines(result.outage));
  if (exit !== null)
    lines.push(
      `  process     exited with ${exit.signal ?? `code ${exit.code}`} after ${exit.afterSeconds.toFixed(1)} s`,
    );
  return lines;
}

function outageLines({ service, recoveredSeconds, kinds, ...outage }: OutageResult): string[] {
  const after =
    recoveredSeconds === null
      ? "no job waited"
      : `every kind ended a job within ${recoveredSeconds.toFixed(1)} s`;
  const width = Math.max(...kinds.map(({ kind }) => kind.length));
  return [
    `  refused     ${outage.refusedCalls} calls of workers to ${service}`,
    `  recovered   ${after} of the return of ${service}`,
    ...kinds.map(
      ({ kind, waited, firstSeconds, lastSeconds }) =>
        `    ${kind.padEnd(width)}  ${String(waited).padStart(4)} waited; the first ended after ${firstSeconds.toFixed(1)} s, ` +
        `the last after ${lastSeconds.toFixed(1)} s`,
    ),
    `  order       ${outage.groups} groups with several jobs, ${outage.outOfOrder} jobs out of order`,
    `  ledger      ${outage.ended} jobs of all kinds ended, ${outage.deadLettered} dead-lettered, ${outage.failures} failures counted`,
  ];
}

function lifecycleText({ completed, afterSeconds }: DrillResult["lifecycle"], spot: boolean): string {
  if (completed === 0)
    return spot ? "no action was pending: EC2 terminates the instance itself" : "not completed";
  return `action completed ${completed === 1 ? "once" : `${completed} times`}, after ${afterSeconds?.toFixed(1)} s`;
}
