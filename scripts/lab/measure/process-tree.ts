// CPU time of a process and its descendants, read from /proc.
import { readdirSync, readFileSync } from "node:fs";

/** Linux reports CPU time to user space in hundredths of a second (times(2), sysconf _SC_CLK_TCK). */
const msPerTick = 10;

type Line = { parent: number; ticks: number };

/**
 * CPU milliseconds of a process and its descendants, including exited ones that were waited for.
 * @returns NaN where there is no /proc
 */
export function treeCpuMs(root: number): number {
  const lines = processes();
  const mine = new Set([root]);
  // A child may have a lower pid than its parent when pids wrapped around, so repeat until nothing is added.
  for (let before = 0; before < mine.size; ) {
    before = mine.size;
    for (const [pid, { parent }] of lines) if (mine.has(parent)) mine.add(pid);
  }
  if (!lines.has(root)) return Number.NaN;
  return [...mine].reduce((sum, pid) => sum + (lines.get(pid)?.ticks ?? 0), 0) * msPerTick;
}

function processes(): Map<number, Line> {
  const lines = new Map<number, Line>();
  for (const name of namesIn("/proc")) {
    const line = /^\d+$/.test(name) ? statOf(name) : undefined;
    if (line !== undefined) lines.set(Number(name), line);
  }
  return lines;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The fields after the name, which may contain any character: state, parent … utime, stime, cutime, cstime (proc(5)). */
function statOf(pid: string): Line | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}
