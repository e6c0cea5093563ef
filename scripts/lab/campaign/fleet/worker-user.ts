// Whom a campaign's workers run as: an unprivileged user, as in the image. To root every door is open that a hostile child
// closes, so a worker of root would prove nothing about them.
import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The ids of a user and its group. */
export type WorkerUser = { uid: number; gid: number };

/** The user `nobody` and the group of the same number, which need not have names. */
const nobody: WorkerUser = { uid: 65534, gid: 65534 };

/** Read by every worker of a campaign besides its entry file. */
const preloaded = ["./preload.ts", "../../../local/processes/tether.ts"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const readAll = `for (const path of process.argv.slice(1)) require("node:fs").accessSync(path)`;

/**
 * The user that workers started by root run as. Makes it the owner of the folder that they write to.
 * @param entry the worker's entry file
 * @returns undefined when this process is not root, so that its children are unprivileged already; and when that user cannot
 *   read the project or the entry file: then workers run as root
 */
export function workerUser(entry: string, folder: string): WorkerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const tried = spawnSync(process.execPath, ["--eval", readAll, entry, ...preloaded], {
    ...nobody,
    cwd: "/",
  });
  if (tried.status !== 0) return undefined;
  chownSync(folder, nobody.uid, nobody.gid);
  return nobody;
}
