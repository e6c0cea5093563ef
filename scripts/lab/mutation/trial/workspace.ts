// A copy of the project in which files are changed while tests run, so that processes that tests start see the change, too.
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const notCopied = new Set(["node_modules", ".git", ".local-data", "dist", "cdk.out", "coverage"]);

/** Copies the project. `remove` deletes the copy. */
export function makeWorkspace(root: string): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-mutation-"));
  for (const name of readdirSync(root))
    if (!notCopied.has(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    write: (file, text) => writeFileSync(join(folder, file), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A copy of the project. */
export type Workspace = {
  folder: string;
  write: (file: string, text: string) => void;
  remove: () => void;
};
