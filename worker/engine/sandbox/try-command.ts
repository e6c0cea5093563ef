// Tries a command: the only way to find out what a kernel and a container allow.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The command's output; undefined when it failed or does not exist. Its environment is empty. */
export async function outputOf(file: string, args: readonly string[]): Promise<string | undefined> {
  return await run(file, [...args], { env: {}, timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
