// Builds the worker that a campaign runs: bundled as for the image, from the sources as they are or with some files
// replaced. Node resolves packages from this project.
import { chmodSync, cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleWorker } from "../../../build/bundle-worker.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** A built worker, on disk until `remove` is called. */
export type BuiltWorker = { entry: string; remove: () => void };

/**
 * Builds a worker in a temporary folder.
 * @param replaced replacement texts of files in `worker/`, by path relative to it
 */
export async function buildWorker(replaced: ReadonlyMap<string, string> = new Map()): Promise<BuiltWorker> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "fifo-fleet-worker-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    // Workers may run as another user.
    chmodSync(folder, 0o755);
    cpSync(join(root, "worker"), join(folder, "worker"), { recursive: true });
    cpSync(join(root, "package.json"), join(folder, "package.json"));
    symlinkSync(realpathSync(join(root, "node_modules")), join(folder, "node_modules"));
    for (const [file, text] of replaced) writeFileSync(join(folder, "worker", file), text);
    await bundleWorker(folder, join(folder, "dist"));
    return { entry: join(folder, "dist/main.js"), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
