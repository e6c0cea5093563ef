// Watches the memory of a process tree: what every process takes at its peak, by what it is. Linux only.
import { readFileSync } from "node:fs";
import { processTree } from "./processes.ts";

/** The peak of all processes with one name. */
export type MemoryPeak = {
  name: string;
  /** The most that one process with this name took, its share of what it shares with others (proc(5), Pss). */
  pssBytes: number;
  /** The same, with all of what it shares (Rss). */
  rssBytes: number;
  /** Processes with this name that were seen. */
  processes: number;
};

/** Peaks by name, the largest first. */
export type MemoryWatch = { peaks: () => MemoryPeak[]; stop: () => void };

/**
 * Watches this process and its descendants.
 * @param nameOf the name of a command line; its words are separated by spaces
 */
export function watchMemory(nameOf: (command: string) => string, everyMs = 500): MemoryWatch {
  const peaks = new Map<string, MemoryPeak>();
  const seen = new Map<string, Set<string>>();
  const look = () => {
    for (const { pid, startTicks } of processTree(process.pid)) {
      const name = nameOf(commandOf(pid));
      const { pssBytes, rssBytes } = memoryOf(pid);
      if (rssBytes === 0) continue;
      const those = seen.get(name) ?? new Set();
      seen.set(name, those.add(`${pid} ${startTicks}`));
      const before = peaks.get(name);
      peaks.set(name, {
        name,
        pssBytes: Math.max(pssBytes, before?.pssBytes ?? 0),
        rssBytes: Math.max(rssBytes, before?.rssBytes ?? 0),
        processes: those.size,
      });
    }
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    peaks: () => [...peaks.values()].sort((a, b) => b.pssBytes - a.pssBytes),
    stop: () => clearInterval(timer),
  };
}

/** Bytes that a process and its descendants take together, what they share counted once (proc(5), Pss); 0 when it is gone. */
export const treeBytes = (root: number): number =>
  processTree(root).reduce((sum, { pid }) => sum + memoryOf(pid).pssBytes, 0);

const commandOf = (pid: number): string => textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();

/** Zero for a process that has gone. */
function memoryOf(pid: number): Pick<MemoryPeak, "pssBytes" | "rssBytes"> {
  const text = textOf(`/proc/${pid}/smaps_rollup`);
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return { pssBytes: field("Pss"), rssBytes: field("Rss") };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
