// What `drill --json` prints, and what must hold. Version 1: fields may be added, none are renamed.
import { percentile } from "../measure/statistics.ts";
import type { DrillName } from "./arguments.ts";
import type { Fed } from "./feed.ts";
import { problemsOfJobs } from "./fleet-result.ts";
import type { OutageEvidence } from "./outage/evidence.ts";

/** Milliseconds over all messages concerned; null when there are none. */
export type Times = { count: number; p50Ms: number | null; p99Ms: number | null; maxMs: number | null };

/** The outcome of a drill. */
export type DrillResult = {
  v: 1;
  drill: DrillName;
  fleet: string;
  /** The worker the drill acted on; for `slow-sqs` the one that was watched. */
  worker: { instance: string; process: number };
  /** Length of the notice, the pause or the slowdown. */
  seconds: number;
  leaseSeconds: number;
  /** Messages the worker held when the drill began, and those that a pending receive brought while it drained. */
  held: number;
  landed: number;
  finished: number;
  handedBack: number;
  /** Runs that had begun and were aborted. */
  aborted: number;
  /** Received by another worker after their lease had expired. */
  takenOver: number;
  left: number;
  /** From the return of a message until another worker received it. */
  pickedUp: Times;
  /** From the event until another worker received a message whose lease had expired. */
  takenOverAfter: Times;
  /** From the event to the last message settled; null when there was none. */
  drainSeconds: number | null;
  /** Seconds the worker had; null when there is no deadline. */
  deadlineSeconds: number | null;
  /** How often the lifecycle action was completed, and how long after the event. */
  lifecycle: { completed: number; afterSeconds: number | null };
  exit: { code: number | null; signal: string | null; afterSeconds: number } | null;
  /** The last state the worker announced, for `rebalance`. */
  announced: string | null;
  /** For `outage`. */
  outage?: OutageResult;
  /** Conditional writes of this worker that were refused after the event: a stale fence, or an album changed meanwhile. */
  refusedWrites: number;
  jobs: Fed;
  /** What did not hold. */
  problems: string[];
};

/** What became of an outage. */
export type OutageResult = OutageEvidence & {
  /** The service that was away. */
  service: string;
  /** Seconds from its return until every kind that had waiting jobs had ended one; null when none waited. */
  recoveredSeconds: number | null;
  /** Calls of workers that it refused. */
  refusedCalls: number;
};

/** Work must go on so soon after an outage. */
const longestRecoverySeconds = 30;

/** Percentiles of a list of times. */
export function timesOf(values: readonly number[]): Times {
  const at = (share: number) => percentile(values, share) ?? null;
  return { count: values.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** Everything that did not hold, each as a sentence. */
export function problemsOf(result: Omit<DrillResult, "problems">): string[] {
  const { jobs, drill } = result;
  const problems: string[] = [];
  const must = (held: boolean, problem: string) => {
    if (!held) problems.push(problem);
  };
  problems.push(...problemsOfJobs(jobs));
  if (drill === "spot" || drill === "scale-in") problems.push(...drainProblems(result));
  if (drill === "rebalance") {
    must(result.exit === null, "the worker exited because of a recommendation");
    must(result.announced === "cautious", `the worker announced the state ${result.announced}, not cautious`);
  }
  if (result.outage !== undefined) {
    problems.push(...outageProblems(result.outage));
    // A fleet that has become idle may take an instance away; nothing else may end a worker.
    must(result.exit === null || wasTakenAway(result), "the worker exited");
  }
  if (drill === "slow-sqs") {
    must(result.exit === null, "the worker exited");
    must(
      result.takenOver === 0,
      `${result.takenOver} ${result.takenOver === 1 ? "lease" : "leases"} expired although the worker was alive`,
    );
  }
  if (drill === "crash" || drill === "pause")
    must(result.left === 0, `${result.left} messages were not taken over by another worker`);
  return problems;
}

/** Whether Auto Scaling took the worker's instance away, and the worker drained and said so. */
const wasTakenAway = ({ exit, lifecycle }: Pick<DrillResult, "exit" | "lifecycle">): boolean =>
  exit?.code === 0 && lifecycle.completed === 1;

function outageProblems({ service, kinds, deadLettered, outOfOrder }: OutageResult): string[] {
  const late = kinds
    .filter(({ firstSeconds }) => firstSeconds > longestRecoverySeconds)
    .map(({ kind, firstSeconds }) => `the next ${kind} ended ${firstSeconds} s after ${service} was back`);
  return [
    ...late,
    ...(deadLettered > 0 ? [`${deadLettered} jobs of all kinds were dead-lettered`] : []),
    ...(outOfOrder > 0
      ? [`${outOfOrder} jobs began before the one before them in their group had ended`]
      : []),
  ];
}

function drainProblems(result: Omit<DrillResult, "problems">): string[] {
  const { exit, deadlineSeconds, lifecycle, drill } = result;
  const problems: string[] = [];
  if (exit === null) problems.push("the worker did not exit before its deadline");
  else if (exit.code !== 0)
    problems.push(`the worker exited with ${exit.signal ?? `code ${exit.code}`}, not 0`);
  if (exit !== null && deadlineSeconds !== null && exit.afterSeconds > deadlineSeconds)
    problems.push(
      `the worker exited ${exit.afterSeconds} s after the event; its deadline was ${deadlineSeconds} s`,
    );
  if (result.left > 0) problems.push(`${result.left} messages were neither finished nor returned`);
  if (result.takenOver > 0) problems.push(`the leases of ${result.takenOver} messages expired`);
  if (drill === "scale-in") {
    if (lifecycle.completed !== 1)
      problems.push(`the lifecycle action was completed ${lifecycle.completed} times`);
    if ((lifecycle.afterSeconds ?? 0) < (result.drainSeconds ?? 0))
      problems.push("the lifecycle action was completed before the last message was settled");
  }
  return problems;
}
