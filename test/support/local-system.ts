// `npm run local` as a child process, as a person starts it: free ports, JSON ready line, ended by Ctrl-C.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");

/** The ready line (design: version 1). */
export type Ready = {
  v: number;
  ready: boolean;
  console: string;
  smtp: string;
  aws: string;
  web: string;
  people: readonly { name: string; address: string; password: string; admin: boolean }[];
  fleet: string;
};

/** A local system in a process of its own. */
export type RunningLocal = {
  ready: Ready;
  process: ChildProcess;
  /** Everything it printed to standard error so far. */
  log: () => string;
  /** Ctrl-C; resolves to the exit code. */
  interrupt: () => Promise<number | null>;
  /** Process ids of its worker processes. */
  workers: () => number[];
  /** Runs one of the project's commands against it; resolves with what it printed and its exit code. */
  run: (script: string, args: string[]) => Promise<{ stdout: string; stderr: string; code: number | null }>;
};

/** Starts it and waits for its ready line. */
export async function startLocal(
  args: string[] = [],
  environment: Record<string, string> = {},
): Promise<RunningLocal> {
  const child = spawn(
    process.execPath,
    [
      join(root, "scripts/local.ts"),
      "--json",
      "--port",
      "0",
      "--aws-port",
      "0",
      "--smtp-port",
      "0",
      "--web-port",
      "0",
      ...args,
    ],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } },
  );
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), once(child, "exit")]);
  if (typeof first[0] !== "string") throw new Error(`local did not start: ${log}`);
  const ready = JSON.parse(first[0]) as Ready;
  return {
    ready,
    process: child,
    log: () => log,
    interrupt: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, "exit");
      child.kill("SIGINT");
      await gone;
      return child.exitCode;
    },
    workers: () => workersOf(log),
    run: (script, more) => runCommand(script, more, ready),
  };
}

/** Instances come and go; their processes are told in the log. */
function workersOf(log: string): number[] {
  const running = new Set<number>();
  for (const line of log.split("\n")) {
    const { msg, workerPid } = parsed(line);
    if (typeof workerPid !== "number") continue;
    if (msg === "worker started") running.add(workerPid);
    if (msg === "worker ended") running.delete(workerPid);
  }
  return [...running];
}

function parsed(line: string): { msg?: unknown; workerPid?: unknown } {
  try {
    return JSON.parse(line) as { msg?: unknown; workerPid?: unknown };
  } catch {
    return {};
  }
}

async function runCommand(script: string, args: string[], { aws, fleet }: Ready) {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: aws,
      FLEET_NAME: fleet,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { stdout, stderr, code };
}
