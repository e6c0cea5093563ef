// The versions of programs that do not tell them, from what a running one has open.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { openFiles } from "../../measure/processes.ts";

/** The version of a package in the Python that a process runs; "?" where it cannot be found. */
export function pythonPackageVersion(pid: number, name: string): string {
  const script = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))";
  try {
    // By the name under which it was started: a virtual environment is told by it.
    const [python = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const asked = execFileSync(python, ["-c", script, name], { stdio: ["ignore", "pipe", "ignore"] });
    return asked.toString().trim();
  } catch {
    return "?";
  }
}

/** The version in the name of a file that a process has open, the first group of `pattern`; "?" where there is none. */
export function openFileVersion(pid: number, pattern: RegExp): string {
  const versions = openFiles(pid).map((file) => pattern.exec(file)?.[1]);
  return versions.find((version) => version !== undefined) ?? "?";
}
