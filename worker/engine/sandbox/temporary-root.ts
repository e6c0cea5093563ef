// The one temporary directory a worker's sandbox lives under, and the sweep of what dead workers left behind.
// The name tells the owner: process id and, on Linux, its start time, so that a reused id is not taken for it.
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "fifo-fleet-sandbox-";

/** Start time of a process in clock ticks (proc(5), field 22 of stat); `0` where there is no /proc. */
async function startTicks(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in parentheses and may hold spaces.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function isStale(name: string): Promise<boolean> {
  const [, pidText = "", ticks = ""] = /^(\d+)-(\d+)-/.exec(name.slice(prefix.length)) ?? [];
  const pid = Number(pidText);
  if (!name.startsWith(prefix) || pid === 0) return false;
  return !isAlive(pid) || (await startTicks(pid)) !== ticks;
}

/** Makes this worker's root, readable by its user only, and removes the roots of workers that are gone. */
export async function makeTemporaryRoot(givenParent: string = tmpdir()): Promise<string> {
  // Children are given leave for real paths; a temporary directory may be a link (on a Mac it is).
  const parent = await realpath(givenParent);
  const names = await readdir(parent);
  const stale = (await Promise.all(names.map(async (name) => ((await isStale(name)) ? [name] : [])))).flat();
  await Promise.all(
    stale.map((name) => rm(join(parent, name), { recursive: true, force: true }).catch(() => {})),
  );
  return mkdtemp(join(parent, `${prefix}${process.pid}-${await startTicks(process.pid)}-`));
}
