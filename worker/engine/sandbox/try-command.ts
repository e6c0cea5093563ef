// Tries a command: the only way to learn what a kernel and a container allow.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What the command wrote, or nothing when it failed or was not there. Its environment is empty. */
export async function outputOf(file: string, args: readonly string[]): Promise<string | undefined> {
  return await run(file, [...args], { env: {}, timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
