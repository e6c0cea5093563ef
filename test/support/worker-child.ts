// Fixture workers as child processes, which end with the test's process.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running worker process. */
export type WorkerChild = {
  id: string;
  kill: (signal: NodeJS.Signals) => void;
  /** Settles when the process has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Lines it has printed. */
  lines: string[];
};

const entry = fileURLToPath(new URL("./fixture-worker.ts", import.meta.url));
const tether = fileURLToPath(new URL("../../scripts/local/processes/tether.ts", import.meta.url));

/** Starts a fixture worker and waits until it polls. Rejects with its last lines when it ends before. */
export async function startWorkerChild(id: string, env: Record<string, string>): Promise<WorkerChild> {
  const child = spawn(process.execPath, ["--import", tether, entry], {
    env: { PATH: process.env.PATH, ...env, FLEET_WORKER_ID: id },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lines: string[] = [];
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  await ready(child, lines, ended);
  return { id, kill: (signal) => void child.kill(signal), ended, lines };
}

function ready(child: ChildProcess, lines: string[], ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (line === "ready") resolve();
      });
    }
    void ended.then(() => reject(new Error(`the worker ended before it was ready: ${lines.join("\n")}`)));
  });
}
