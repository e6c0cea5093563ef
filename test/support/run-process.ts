// One of the project's commands as a process of its own, with an environment the test chooses, and what it printed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** What a process printed, and its exit code. */
export type Printed = { code: number | null; stdout: string; stderr: string };

/**
 * Runs a script of the project.
 * @param args the script's path from the root, then its arguments
 * @param env all of its environment besides PATH; no credentials are found unless given
 */
export function runScript(args: readonly string[], env: Record<string, string> = {}): Promise<Printed> {
  return runProcess(process.execPath, args, env);
}

/** Runs a program in the project's folder. */
export async function runProcess(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Printed> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      ...env,
    },
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}
