// The folder in which a local system keeps its state: made if need be, used by one process at a time.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { DataFolderInUse } from "./errors.ts";

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Takes the folder for this process; a lock left by one that was killed is taken over.
 * @throws DataFolderInUse
 * @throws InvalidSettings where no folder can be made there
 */
export function takeDataFolder(folder: string): { path: string; release: () => void } {
  const path = resolve(folder);
  const lock = join(path, "lock");
  makeFolder(path);
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return { path, release: () => rmSync(lock, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = Number(readFileSync(lock, "utf8"));
      if (holder > 0 && runs(holder)) throw new DataFolderInUse(path, holder);
      rmSync(lock, { force: true });
    }
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFile = code === "EEXIST" || code === "ENOTDIR";
    throw new InvalidSettings([
      `--data takes a folder: ${path} ${isFile ? "is a file or lies below one" : `cannot be created (${code})`}`,
    ]);
  }
}
