// What dead workers may have left on the machine: processes that know the campaign's folder, directories in it.
import { readdirSync, readFileSync } from "node:fs";
import type { ProcessEvent } from "../log/process-log.ts";

/** Ids of processes whose command line names the folder: children of workers that are gone. */
export function leftProcesses(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandLine(pid).includes(folder))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/**
 * What lies in the folder beside the workers' output and Node's own cache of compiled code, and should not.
 * @param begun workers that have received: one that was told to leave before has not swept yet
 */
export function leftFiles(
  folder: string,
  events: readonly ProcessEvent[],
  begun: ReadonlySet<string>,
): string[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith(".log") && name !== "node-compile-cache")
    .filter((name) => !awaitsSweep(name, events, begun));
}

/** A dead worker's root is swept by the next worker that starts on the machine; after the last one nobody has yet. */
function awaitsSweep(name: string, events: readonly ProcessEvent[], begun: ReadonlySet<string>): boolean {
  const pid = Number(/^fifo-fleet-sandbox-(\d+)-/.exec(name)?.[1]);
  const owner = events.find((event) => event.what === "started" && event.pid === pid)?.worker;
  const exit = events.find((event) => event.what === "exited" && event.worker === owner);
  const sweeps = ({ what, at, worker }: ProcessEvent, after: number) =>
    what === "started" && at > after + 1 && begun.has(worker);
  return exit !== undefined && !events.some((event) => sweeps(event, exit.at));
}
