// Measures a child from outside: resident memory and the bytes in its directory. Only reads.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const hasProc = existsSync("/proc/self/statm");

/** The page size: read once, since some arm64 kernels have more than 4 KiB. */
const pageBytes = hasProc ? readPageBytes() : 4096;

function readPageBytes(): number {
  // smaps names the page size of each mapping in kB.
  const match = /^KernelPageSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/smaps", "latin1"));
  return Number(match?.[1] ?? 4) * 1024;
}

/** Resident memory of a process in bytes; 0 when it is gone or cannot be measured. */
export async function residentBytes(pid: number): Promise<number> {
  try {
    // A synchronous read of /proc takes microseconds and cannot queue behind other work in libuv's pool.
    if (hasProc) return Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * pageBytes;
    return Number((await run("ps", ["-o", "rss=", "-p", String(pid)])).stdout) * 1024;
  } catch {
    return 0;
  }
}

/** How often memory is read. The kernel's limit is the backstop; `ps` costs a process each time. */
export const memoryIntervalMs = hasProc ? 40 : 250;

/** Bytes of all files under a directory. Links are not followed; files that disappear meanwhile count 0. */
export async function directoryBytes(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      lstat(join(path, name)).then(
        (found) => Math.max(found.size, found.blocks * 512),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
