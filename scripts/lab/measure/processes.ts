// Reads processes from /proc: trees, resident memory, open files and sockets, CPU time, command lines. Linux only.
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

type Stat = {
  state: string;
  parent: number;
  startTicks: string;
  /** CPU time of the process itself, and of its children that were waited for, in clock ticks. */
  ownTicks: number;
  waitedTicks: number;
};

/** /proc/PID/status reports memory in kB, whatever the page size. */
const kilobyte = 1024;

/** Linux reports CPU time to user space in hundredths of a second (times(2), sysconf _SC_CLK_TCK). */
const msPerTick = 10;

/** Whether this system has the parts of /proc that the lab reads. */
export function hasProc(): boolean {
  return namesIn("/proc/self/fd").length > 0;
}

/** A process and its descendants, the process first. Empty when it is gone. */
export function processTree(root: number): ProcessState[] {
  return treeOf(root, allStats())
    .map(stateOf)
    .filter((state) => state !== undefined);
}

/** CPU milliseconds of a process and its descendants, including exited ones that were waited for, and of the process alone. */
export type TreeCpu = { treeMs: number; ownMs: number };

/** Reads the CPU time of a tree. @returns NaN for both when the process is gone or there is no /proc */
export function treeCpu(root: number): TreeCpu {
  const stats = allStats();
  const tree = treeOf(root, stats).flatMap((pid) => stats.get(pid) ?? []);
  const [first] = tree;
  if (first === undefined) return { treeMs: Number.NaN, ownMs: Number.NaN };
  const ticks = tree.reduce((sum, { ownTicks, waitedTicks }) => sum + ownTicks + waitedTicks, 0);
  return { treeMs: ticks * msPerTick, ownMs: first.ownTicks * msPerTick };
}

/** Whether this very process still exists, not another with the same pid. */
export function isAlive({ pid, startTicks }: Pick<ProcessState, "pid" | "startTicks">): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTicks === startTicks && stat.state !== "Z";
}

/** Ids of the other processes whose command line contains a text. */
export function processesNaming(text: string): number[] {
  return pids().filter((pid) => pid !== process.pid && textOf(`/proc/${pid}/cmdline`).includes(text));
}

function allStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const pid of pids()) {
    const stat = statOf(pid);
    if (stat !== undefined) stats.set(pid, stat);
  }
  return stats;
}

function treeOf(root: number, stats: ReadonlyMap<number, Stat>): number[] {
  if (!stats.has(root)) return [];
  const tree = [root];
  for (const pid of tree) for (const [child, { parent }] of stats) if (parent === pid) tree.push(child);
  return tree;
}

function stateOf(pid: number): ProcessState | undefined {
  const stat = statOf(pid);
  if (stat === undefined) return undefined;
  const { parent, startTicks } = stat;
  return { pid, parent, startTicks, rssBytes: residentBytes(pid), ...descriptorsOf(pid) };
}

/** What the descriptors of a process lead to; an empty text for one that has been closed meanwhile. */
export function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return namesIn(folder).map((name) => {
    try {
      return readlinkSync(`${folder}/${name}`);
    } catch {
      return "";
    }
  });
}

function descriptorsOf(pid: number): { files: number; sockets: number } {
  const open = openFiles(pid);
  return { files: open.length, sockets: open.filter((target) => target.startsWith("socket:")).length };
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * kilobyte;
}

const pids = (): number[] =>
  namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A file's text; empty when its process is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/**
 * The fields after the name, which may contain any character: state, parent … utime, stime, cutime, cstime … starttime
 * (proc(5)).
 */
function statOf(pid: number): Stat | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === "") return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, waitedUser = 0, waitedSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    state: fields[0] ?? "",
    parent: Number(fields[1]),
    startTicks: fields[19] ?? "",
    ownTicks: user + system,
    waitedTicks: waitedUser + waitedSystem,
  };
}
