// What dead workers leave on the machine: processes that name the campaign's folder, and directories in it.
import { readdirSync } from "node:fs";
import { processesNaming } from "../../measure/processes.ts";
import type { ProcessEvent } from "../log/process-log.ts";

/** Ids of processes whose command line names the folder: orphaned children of workers. */
export const leftProcesses = (folder: string): number[] => processesNaming(folder);

/**
 * Files in the folder that should be gone. Workers' logs and Node's compile cache may stay.
 * @param begun workers that have received messages. A worker that drained before has not swept the folder yet.
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

/** The next worker to start on the machine sweeps a dead worker's directory. After the last worker, nobody has. */
function awaitsSweep(name: string, events: readonly ProcessEvent[], begun: ReadonlySet<string>): boolean {
  const pid = Number(/^fifo-fleet-sandbox-(\d+)-/.exec(name)?.[1]);
  const owner = events.find((event) => event.what === "started" && event.pid === pid)?.worker;
  const exit = events.find((event) => event.what === "exited" && event.worker === owner);
  const sweeps = ({ what, at, worker }: ProcessEvent, after: number) =>
    what === "started" && at > after + 1 && begun.has(worker);
  return exit !== undefined && !events.some((event) => sweeps(event, exit.at));
}
