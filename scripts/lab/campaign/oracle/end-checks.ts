// Invariants of processes and of what is left at the end: drains finish in time, effects equal the reference, no orphans.
import type { ProcessEvent } from "../log/process-log.ts";
import { coveredMs } from "../log/time-spans.ts";
import type { Check, Violation } from "./evidence.ts";

/**
 * A worker that was asked to drain exits by itself, with code 0, before its deadline. Time during which the campaign froze
 * it does not count. A worker that had received nothing yet may die of the signal: it was still starting and had nothing
 * to return.
 */
export const drainInTime: Check = ({ processes, history }) =>
  processes.flatMap((drain): Violation[] => {
    if (drain.what !== "drain") return [];
    const rest = processes.filter(({ worker, at }) => worker === drain.worker && at >= drain.at);
    if (rest.some(({ what }) => what === "killed")) return [];
    const exit = rest.find(({ what }) => what === "exited");
    const violation = (text: string): Violation[] => [
      { invariant: "drain finished before its deadline", text: `${drain.worker} (${drain.why}) ${text}` },
    ];
    if (exit?.what !== "exited") return violation("never ended");
    const idle = !history.records.some(({ what, from }) => what === "received" && from === drain.worker);
    if (exit.signal === "SIGTERM" && idle) return [];
    if (exit.code !== 0) return violation(`ended with ${exit.code ?? exit.signal}`);
    const late = exit.at - drain.deadline - heldMs(processes, drain.worker, drain.at, exit.at);
    return late <= 0 ? [] : violation(`ended ${late} ms after its deadline`);
  });

/** A worker goes on until it is killed or asked to drain: no trouble of the cloud's and no clock ends it. */
export const endsOnlyWhenTold: Check = ({ processes }) =>
  processes.flatMap((exit): Violation[] => {
    if (exit.what !== "exited") return [];
    const told = processes.some(
      ({ worker, what, at }) =>
        worker === exit.worker && at <= exit.at && (what === "killed" || what === "drain"),
    );
    const text = `${exit.worker} ended with ${exit.code ?? exit.signal}`;
    return told ? [] : [{ invariant: "a worker ends only when it is told to", text }];
  });

/** How long the campaign froze a worker between two moments, in milliseconds. */
function heldMs(processes: readonly ProcessEvent[], worker: string, from: number, to: number): number {
  const spans = processes.flatMap((event) =>
    event.what === "held" && event.worker === worker ? [{ from: event.at, to: event.until }] : [],
  );
  return coveredMs(spans, from, to);
}

/** The cloud contains what the reference computes from the producers' log alone. */
export const effectsAsReference: Check = ({ effects }) =>
  effects.map(({ what, expected, found }) => ({
    invariant: "effects equal the reference",
    text: `${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
  }));

/** No process, file or row is left behind. */
export const noOrphans: Check = ({ leftovers: { processes, files, rows } }) =>
  [
    ...processes.map((pid) => `process ${pid} is still there`),
    ...files.map((file) => `file ${file} is still there`),
    ...rows,
  ].map((text) => ({ invariant: "no orphans", text }));
