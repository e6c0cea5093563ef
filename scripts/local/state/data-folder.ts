// The folder in which a local system keeps its state. It is created when missing and used by one process at a time.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** Another local system keeps its state in the same folder. */
export class DataFolderInUse extends FleetError {
  constructor(folder: string, pid: number) {
    super(
      `the data folder ${folder} is in use by the local system with process id ${pid}; end that one first`,
    );
  }
}

/** The path given with --data is not a folder this process can write to. */
export class DataFolderUnusable extends FleetError {
  constructor(folder: string, why: string, cause?: unknown) {
    super(`the data folder ${folder} cannot be used: ${why}; choose another one with --data`, { cause });
  }
}

/** A folder that belongs to this process until `release`. */
export type DataFolder = { path: string; release: () => void };

/**
 * Locks the folder for this process. The lock of a process that was killed does not count.
 * @throws DataFolderInUse, DataFolderUnusable
 */
export function lockDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  if (statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new DataFolderUnusable(path, "it is a file, not a folder");
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return lock(path);
  } catch (error) {
    if (error instanceof DataFolderInUse) throw error;
    throw new DataFolderUnusable(path, codeOf(error) ?? String(error), error);
  }
}

function lock(path: string): DataFolder {
  const file = join(path, "lock");
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return { path, release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      const holder = Number(readFileSync(file, "utf8"));
      if (holder > 0 && isRunning(holder)) throw new DataFolderInUse(path, holder);
      rmSync(file, { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
