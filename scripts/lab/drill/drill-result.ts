// What `drill --json` prints, and what must hold. Version 1: fields may be added, none is renamed.
import type { DrillName } from "./arguments.ts";
import type { Fed } from "./feed.ts";

/** Milliseconds, over all messages concerned; null without any. */
export type Times = { count: number; p50Ms: number | null; p99Ms: number | null; maxMs: number | null };

/** The outcome of a drill. */
export type DrillResult = {
  v: 1;
  drill: DrillName;
  fleet: string;
  /** What it befell; of `slow-sqs` the worker that was watched. */
  worker: { instance: string; process: number };
  /** Notice, pause or slowness. */
  seconds: number;
  leaseSeconds: number;
  /** Messages in the worker's hands when it began, and those a receive under way brought to a worker that drained. */
  held: number;
  landed: number;
  finished: number;
  handedBack: number;
  /** Runs that had begun and were broken off. */
  aborted: number;
  /** Taken by others after their lease had run out. */
  takenOver: number;
  left: number;
  /** From handing back to the receive by another worker. */
  pickedUp: Times;
  /** From the event to the receive by another worker, of what was taken over. */
  takenOverAfter: Times;
  /** From the event to the last message settled; null where none was. */
  drainSeconds: number | null;
  /** Seconds the worker had; null where there is no deadline. */
  deadlineSeconds: number | null;
  /** Lifecycle actions completed, and the seconds from the event to it. */
  lifecycle: { completed: number; afterSeconds: number | null };
  exit: { code: number | null; signal: string | null; afterSeconds: number } | null;
  /** State the worker announced last, for `rebalance`. */
  announced: string | null;
  /** Conditional writes of this worker that the cloud refused after the event: a stale fence, or an album that moved on. */
  refusedWrites: number;
  jobs: Fed;
  /** What did not hold. */
  problems: string[];
};

/** Percentiles of times. */
export function timesOf(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? null };
}

/** Everything that did not hold, in words. */
export function problemsOf(result: Omit<DrillResult, "problems">): string[] {
  const { jobs, drill } = result;
  const problems: string[] = [];
  const must = (held: boolean, problem: string) => {
    if (!held) problems.push(problem);
  };
  must(jobs.fed > 0, "no picture was fed");
  must(jobs.lost === 0, `${jobs.lost} jobs have no outcome`);
  must(jobs.deadLettered === 0, `${jobs.deadLettered} jobs were dead-lettered`);
  must(jobs.rejected === 0, `${jobs.rejected} good pictures were rejected`);
  must(
    jobs.counted === jobs.completed,
    `${jobs.completed} pictures done, ${jobs.counted} counted by their albums`,
  );
  if (drill === "spot" || drill === "scale-in") problems.push(...drainProblems(result));
  if (drill === "rebalance") {
    must(result.exit === null, "the worker ended on a mere recommendation");
    must(result.announced === "cautious", `the worker announces itself ${result.announced}, not cautious`);
  }
  if (drill === "slow-sqs") {
    must(result.exit === null, "the worker ended");
    must(
      result.takenOver === 0,
      `${result.takenOver} ${result.takenOver === 1 ? "lease" : "leases"} ran out although their worker was alive`,
    );
  }
  if (drill === "crash" || drill === "pause")
    must(result.left === 0, `${result.left} messages were not taken over`);
  return problems;
}

function drainProblems(result: Omit<DrillResult, "problems">): string[] {
  const { exit, deadlineSeconds, lifecycle, drill } = result;
  const problems: string[] = [];
  if (exit === null) problems.push("the worker did not end before its deadline");
  else if (exit.code !== 0)
    problems.push(`the worker ended with ${exit.signal ?? `code ${exit.code}`}, not 0`);
  if (exit !== null && deadlineSeconds !== null && exit.afterSeconds > deadlineSeconds)
    problems.push(
      `the worker ended ${exit.afterSeconds} s after the event, its deadline was ${deadlineSeconds} s`,
    );
  if (result.left > 0) problems.push(`${result.left} messages were neither finished nor handed back`);
  if (result.takenOver > 0) problems.push(`the leases of ${result.takenOver} messages ran out instead`);
  if (drill === "scale-in") {
    if (lifecycle.completed !== 1)
      problems.push(`the lifecycle action was completed ${lifecycle.completed} times`);
    if ((lifecycle.afterSeconds ?? 0) < (result.drainSeconds ?? 0))
      problems.push("the lifecycle action was completed before the last message was settled");
  }
  return problems;
}
