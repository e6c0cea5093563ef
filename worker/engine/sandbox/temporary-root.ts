// The temporary directory of a worker's sandbox, and the removal of those that dead workers left behind. The name contains
// the owner's process id and, on Linux, its start time, so that a reused id is not mistaken for the owner.
import { mkdtemp, readdir, readFile, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "./remove-tree.ts";

const prefix = "fifo-fleet-sandbox-";

/** Start time of a process in clock ticks (proc(5), field 22 of stat); `0` without /proc. */
async function startTicks(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in parentheses and may contain spaces.
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

/** Makes this worker's root, readable by its user only, and removes the roots of dead workers. */
export async function makeTemporaryRoot(givenParent: string = tmpdir()): Promise<string> {
  // Children get permission for real paths, and a temporary directory may be a link (on a Mac it is).
  const parent = await realpath(givenParent);
  const names = await readdir(parent);
  const stale = (await Promise.all(names.map(async (name) => ((await isStale(name)) ? [name] : [])))).flat();
  await Promise.all(stale.map((name) => removeTree(join(parent, name))));
  return mkdtemp(join(parent, `${prefix}${process.pid}-${await startTicks(process.pid)}-`));
}
