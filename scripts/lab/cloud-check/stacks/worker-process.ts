// The worker as shipped, as a process beside the emulator.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A worker's process. */
export type WorkerProcess = {
  runs: () => boolean;
  /** Sends SIGTERM if the worker runs. Resolves to its exit code, or `null` when a signal ended it. Idempotent. */
  end: () => Promise<number | null>;
};

const entry = fileURLToPath(new URL("../../../../worker/main.ts", import.meta.url));

/**
 * moto (5.2.5) copies the tables of a transaction before it and restores the copies when it refuses it, without a lock: other
 * writes in between are lost. With the default slots, ten pictures of one album ended as 8 or 9 in three of four runs, and
 * completed jobs ran again.
 */
const oneAtATime = { FLEET_SLOTS: "1" };

/** Starts the worker. Its standard error goes to this process's. */
export function startWorker(environment: Readonly<Record<string, string>>): WorkerProcess {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, ...environment, ...oneAtATime, FLEET_WAIT_SECONDS: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exit = once(child, "exit");
  const runs = () => child.exitCode === null && child.signalCode === null;
  return {
    runs,
    end: async () => {
      if (runs()) child.kill("SIGTERM");
      const [code] = await exit;
      return code;
    },
  };
}
