// Reads a process and its descendants from /proc: resident memory, open files and sockets. Linux only.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** One process. */
export type ProcessState = {
  pid: number;
  parent: number;
  /** Start time in clock ticks after boot (proc(5), starttime). Together with the pid it identifies a process. */
  startTicks: string;
  rssBytes: number;
  /** All open descriptors, and how many of them are sockets. */
  files: number;
  sockets: number;
};

/** /proc/PID/status reports memory in kB, whatever the page size. */
const kilobyte = 1024;

/** Whether this system has the parts of /proc that the soak reads. */
export function hasProc(): boolean {
  return namesIn("/proc/self/fd").length > 0;
}

/** A process and its descendants, the process first. Empty when it is gone. */
export function processTree(root: number): ProcessState[] {
  const parents = new Map<number, number>();
  for (const name of namesIn("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) parents.set(Number(name), stat.parent);
  }
  if (!parents.has(root)) return [];
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree.map(stateOf).filter((state) => state !== undefined);
}

/** Whether this very process still exists, not another with the same pid. */
export function isStillThere({ pid, startTicks }: Pick<ProcessState, "pid" | "startTicks">): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTicks === startTicks && stat.state !== "Z";
}

function stateOf(pid: number): ProcessState | undefined {
  const stat = statOf(pid);
  if (stat === undefined) return undefined;
  const { files, sockets } = descriptorsOf(pid);
  return {
    pid,
    parent: stat.parent,
    startTicks: stat.startTicks,
    rssBytes: residentBytes(pid),
    files,
    sockets,
  };
}

function descriptorsOf(pid: number): { files: number; sockets: number } {
  const names = namesIn(`/proc/${pid}/fd`);
  const sockets = names.filter((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`).startsWith("socket:");
    } catch {
      return false;
    }
  });
  return { files: names.length, sockets: sockets.length };
}

function residentBytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * kilobyte;
  } catch {
    return 0;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The fields after the name, which may contain any character: state, parent … starttime (proc(5)). */
function statOf(pid: number): { state: string; parent: number; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", parent: Number(fields[1]), startTicks: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
