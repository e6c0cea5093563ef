// The system under soak: `npm run local` as a process of its own, on free ports, with a temporary folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ReadyLine } from "../../local/system/ready.ts";

/** It ended before it served. */
export class LocalDidNotStart extends FleetError {}

/** A running system. */
export type LocalProcess = {
  ready: ReadyLine;
  pid: number;
  /** Rejects when it ends by itself. */
  died: Promise<never>;
  /** Ctrl-C; resolves to the exit code when it is gone. */
  interrupt: () => Promise<number | null>;
};

const entry = fileURLToPath(new URL("../../local.ts", import.meta.url));

/**
 * Starts it and waits until it serves.
 * @param temporaryFolder where it and its workers keep temporary files
 * @param logFile gets what it logs
 * @throws LocalDidNotStart
 */
export async function startLocalProcess(options: {
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  temporaryFolder: string;
  logFile: string;
}): Promise<LocalProcess> {
  const ports = ["--json", "--port", "0", "--aws-port", "0", "--smtp-port", "0"];
  const child = spawn(process.execPath, [entry, ...ports, ...options.args], {
    env: { ...process.env, LOG_LEVEL: "warn", ...options.environment, TMPDIR: options.temporaryFolder },
    // A session of its own: Ctrl-C here must let the soak stop it in order.
    detached: true,
    stdio: ["ignore", "pipe", openSync(options.logFile, "a")],
  });
  const exit = once(child, "exit");
  const out = child.stdout as Readable;
  const [line] = (await Promise.race([
    once(createInterface({ input: out }), "line"),
    exit.then(() => []),
  ])) as unknown[];
  if (typeof line !== "string")
    throw new LocalDidNotStart(`the local system did not start, see ${options.logFile}`);
  let stopping = false;
  const died = exit.then(() => {
    if (stopping) return new Promise<never>(() => {});
    throw new LocalDidNotStart(`the local system ended by itself, see ${options.logFile}`);
  });
  died.catch(() => {});
  return {
    ready: JSON.parse(line) as ReadyLine,
    pid: child.pid ?? 0,
    died,
    interrupt: async () => {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGINT");
        await exit;
      }
      return child.exitCode;
    },
  };
}
