// What dead workers may have left on the machine: processes that know the campaign's folder, directories in it.
import { readdirSync, readFileSync } from "node:fs";

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

/** What lies in the folder beside the workers' output and Node's own cache of compiled code. */
export function leftFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.endsWith(".log") && name !== "node-compile-cache");
}
