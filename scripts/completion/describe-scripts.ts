// Asks every command of package.json for its own definition, so that completion cannot differ from what commands take.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { exitCodes } from "../../worker/process/command.ts";
import { type DescribedCommand, describeFlag } from "../../worker/process/describe-command.ts";

/** An npm script, and what its command takes; undefined for a script that is no command of ours, such as `test`. */
export type DescribedScript = { name: string; command: DescribedCommand | undefined };

/** Commands that are asked at once. */
const asksAtOnce = 2;

/** Scripts of the project start their commands so. */
const ours = /--import \.\/scripts\/require-node\.mjs (.+)$/;

const run = promisify(execFile);

/** Describes all scripts, in the order of package.json. Rejects with the error of a command that cannot be asked. */
export async function describeScripts(root: string): Promise<DescribedScript[]> {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const described = new Map<string, DescribedCommand | undefined>();
  const left = Object.entries(scripts);
  const ask = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [name, text] = next;
      const command = ours.exec(text)?.[1];
      described.set(name, command === undefined ? undefined : await describe(root, command.split(" ")));
    }
  };
  await Promise.all(Array.from({ length: asksAtOnce }, ask));
  return Object.keys(scripts).map((name) => ({ name, command: described.get(name) }));
}

/** Undefined for a command that reads its arguments by itself and refuses the flag. */
async function describe(root: string, command: readonly string[]): Promise<DescribedCommand | undefined> {
  try {
    const { stdout } = await run(process.execPath, [...command, describeFlag], { cwd: root });
    return JSON.parse(stdout) as DescribedCommand;
  } catch (error) {
    if ((error as { code?: unknown }).code === exitCodes.badArguments) return undefined;
    throw error;
  }
}
