// The system under soak: `npm run local` in its own process, on free ports, with its own temporary folder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { allocatorEnvironment } from "../../local/processes/allocator.ts";
import type { ReadyLine } from "../../local/system/ready.ts";
import { localSettings } from "../bench/local/local-command.ts";

/** The process exited before it was ready. */
export class LocalDidNotStart extends FleetError {}

/** A running system. */
export type LocalProcess = {
  ready: ReadyLine;
  pid: number;
  /** Rejects when the process exits by itself. */
  died: Promise<never>;
  /** Sends SIGINT. Resolves to the exit code once the process is gone. */
  interrupt: () => Promise<number | null>;
};

/**
 * As `npm run local` starts it: a young generation that grows only so far keeps the process small. Exposed, the collector can
 * be run before the heap is measured.
 */
const nodeFlags = [...localSettings().nodeArgs, "--expose-gc"];

const entry = fileURLToPath(new URL("../../local.ts", import.meta.url));

/**
 * Starts it and waits until it is ready.
 * @param temporaryFolder where it and its workers keep temporary files
 * @param logFile receives its log
 * @throws LocalDidNotStart
 */
export async function startLocalProcess(options: {
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  temporaryFolder: string;
  logFile: string;
}): Promise<LocalProcess> {
  const ports = ["--json", "--port", "0", "--aws-port", "0", "--smtp-port", "0", "--web-port", "0"];
  const child = spawn(process.execPath, [...nodeFlags, entry, ...ports, ...options.args], {
    env: {
      ...process.env,
      ...allocatorEnvironment,
      LOG_LEVEL: "warn",
      ...options.environment,
      TMPDIR: options.temporaryFolder,
    },
    // Detached: Ctrl-C must reach only the soak, which then stops the system in order.
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
    throw new LocalDidNotStart(`the local system exited by itself, see ${options.logFile}`);
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
