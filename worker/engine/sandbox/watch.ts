// Measures a child from outside: its memory, its threads, and the bytes and names in its directory. Only reads.
import { execFile } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fewEntries } from "./run-files.ts";

const run = promisify(execFile);
const hasProc = existsSync("/proc/self/stat");

/** The page size: read once, since some arm64 kernels have more than 4 KiB. */
const pageBytes = hasProc ? readPageBytes() : 4096;

function readPageBytes(): number {
  // smaps names the page size of each mapping in kB.
  const match = /^KernelPageSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/smaps", "latin1"));
  return Number(match?.[1] ?? 4) * 1024;
}

/** Threads of a child: Node has about 11, a decoder a few more. They count against what the worker itself may start. */
export const maxThreads = 100;

/** What a process uses. Everything is 0 when it is gone or cannot be measured; threads also without /proc. */
export type ProcessUse = { residentBytes: number; threads: number };

/** Measures a process. */
export async function processUse(pid: number): Promise<ProcessUse> {
  try {
    if (!hasProc) {
      const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)]);
      return { residentBytes: Number(stdout) * 1024, threads: 0 };
    }
    // A synchronous read of /proc takes microseconds and cannot queue behind other work in libuv's pool.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses and may contain anything (proc(5)); threads are field 20, pages 24.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { residentBytes: Number(fields[21]) * pageBytes, threads: Number(fields[17]) };
  } catch {
    return { residentBytes: 0, threads: 0 };
  }
}

/** How often a process is measured. The kernel's limit is the backstop; `ps` costs a process each time. */
export const processIntervalMs = hasProc ? 40 : 250;

/** Bytes in a directory, and whether it holds too many names to count them. */
export type DirectoryUse = { bytes: number; crowded: boolean };

/** Measures a directory, not what is below it. Links are not followed; what disappears meanwhile counts 0. */
export function directoryUse(path: string): DirectoryUse {
  try {
    const entries = fewEntries(path);
    if (!entries) return { bytes: 0, crowded: true };
    const bytes = entries.reduce((sum, { name }) => {
      const found = lstatSync(join(path, name), { throwIfNoEntry: false });
      return sum + (found ? Math.max(found.size, found.blocks * 512) : 0);
    }, 0);
    return { bytes, crowded: false };
  } catch {
    return { bytes: 0, crowded: false };
  }
}
