// Invariants of processes and of what is left at the end: drains in time, effects as computed anew, no orphans.
import type { Check, Violation } from "./evidence.ts";

/**
 * A worker that was told to leave has left by itself, with code 0, before its deadline. One that had received nothing yet
 * may die of the signal: it was still starting and had nothing to hand back.
 */
export const drainInTime: Check = ({ processes, history }) =>
  processes.flatMap((drain): Violation[] => {
    if (drain.what !== "drain") return [];
    const rest = processes.filter(({ worker, at }) => worker === drain.worker && at >= drain.at);
    if (rest.some(({ what }) => what === "killed")) return [];
    const exit = rest.find(({ what }) => what === "exited");
    const say = (text: string): Violation[] => [
      { invariant: "drain finished before its deadline", text: `${drain.worker} (${drain.why}) ${text}` },
    ];
    if (exit?.what !== "exited") return say("never ended");
    const idle = !history.records.some(({ what, from }) => what === "received" && from === drain.worker);
    if (exit.signal === "SIGTERM" && idle) return [];
    if (exit.code !== 0) return say(`ended with ${exit.code ?? exit.signal}`);
    return exit.at <= drain.deadline ? [] : say(`ended ${exit.at - drain.deadline} ms after its deadline`);
  });

/** The cloud holds what a reference computes from the producers' log alone. */
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
