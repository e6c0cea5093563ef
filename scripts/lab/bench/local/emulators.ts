// The emulators of SQS beside which the local queue is measured, each as a process. One that is not installed is left out.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { startChild } from "../child.ts";
import { cores } from "../cores.ts";
import { versionOf } from "../versions.ts";
import { localSettings } from "./local-command.ts";
import { openFileVersion, pythonPackageVersion } from "./running-version.ts";

/** A running emulator. */
export type Emulator = { url: string; pid: number; end: () => Promise<void> };

/** An emulator that can be started here. One that does not say its version is asked once it runs. */
export type EmulatorKind = {
  name: string;
  start: (port: number) => Promise<Emulator>;
  version?: (pid: number) => string;
};

async function startOurs(): Promise<Emulator> {
  const args = [JSON.stringify({ latencyMs: 0, dynamoDb: false, fleet: "bench" })];
  const child = startChild("./queue/cloud-process.ts", { args, side: "cloud", ...localSettings() });
  const { url } = await child.receive("serving", z.object({ url: z.string() }));
  return { url, pid: child.pid, end: child.end };
}

/** Starts a command on the cloud's cores and waits until it answers. */
async function startCommand(
  url: string,
  [file, ...args]: [string, ...string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<Emulator> {
  const [bound, all]: [string, string[]] = cores
    ? ["taskset", ["-c", cores.cloud, file, ...args]]
    : [file, args];
  const child = spawn(bound, all, { env: { ...process.env, ...env }, stdio: "ignore" });
  const ended = once(child, "exit");
  while (child.exitCode === null && !(await answers(url))) await wait(50);
  if (child.exitCode !== null) throw new Error(`${file} exited with code ${child.exitCode}`);
  return { url, pid: child.pid ?? 0, end: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

/** A command's file on the PATH. */
function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const fauxqs: EmulatorKind = {
  name: `fauxqs ${versionOf("fauxqs")}`,
  start: (port) =>
    startCommand(`http://127.0.0.1:${port}`, [
      process.execPath,
      join(import.meta.dirname, "fauxqs-process.ts"),
      String(port),
    ]),
};

type Command = {
  start: (port: number) => { args: string[]; env?: NodeJS.ProcessEnv };
  version: (pid: number) => string;
};

/** Commands that people install themselves: `pip install moto[server,sqs]`, and ElasticMQ's launcher. */
const commands: Readonly<Record<string, Command>> = {
  moto_server: {
    start: (port) => ({ args: ["-H", "127.0.0.1", "-p", String(port)] }),
    version: (pid) => pythonPackageVersion(pid, "moto"),
  },
  "elasticmq-server": {
    start: (port) => ({
      args: [],
      env: {
        JAVA_OPTS: `-Dnode-address.port=${port} -Drest-sqs.bind-port=${port} -Drest-sqs.bind-hostname=127.0.0.1`,
      },
    }),
    version: (pid) => openFileVersion(pid, /elasticmq-(?:server|core|all)(?:_[\d.]+)?-([\d.]+)\.jar$/),
  },
};

/** Ours first, then what is installed. */
export function emulators(): EmulatorKind[] {
  const others = Object.entries(commands).flatMap(([name, { start: optionsOf, version }]): EmulatorKind[] => {
    const file = onPath(name);
    if (file === undefined) return [];
    const start = (port: number) => {
      const { args, env } = optionsOf(port);
      return startCommand(`http://127.0.0.1:${port}`, [file, ...args], env);
    };
    return [{ name, start, version }];
  });
  return [{ name: "fifo-fleet's local queue", start: startOurs }, fauxqs, ...others];
}
