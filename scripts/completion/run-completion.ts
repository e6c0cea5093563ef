// One run of `npm run completion`: the shell, the commands' own definitions, the script.
import { writeFile } from "node:fs/promises";
import { Argument } from "commander";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import {
  type CommandStreams,
  createCommand,
  exitCodes,
  readCommand,
  runCommand,
} from "../../worker/process/command.ts";
import { bashScript } from "./bash.ts";
import { describeScripts } from "./describe-scripts.ts";
import { fishScript } from "./fish.ts";
import { placesOf } from "./places.ts";
import { zshScript } from "./zsh.ts";

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Where the command writes; `root` is the project's folder. */
export type CompletionEnvironment = CommandStreams & { env: NodeJS.ProcessEnv; root: string };

/** Runs the command. Resolves to the exit code: 0 printed, 1 a command could not be asked, 2 bad arguments. */
export function runCompletion(args: readonly string[], environment: CompletionEnvironment): Promise<number> {
  const run = async () => {
    const { env, stdout, root } = environment;
    const command = createCommand("completion", environment)
      .description(
        "Prints a script by which a shell completes this project's commands, their options and job kinds.",
      )
      .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(shells)))
      .option("--to <file>", "write the script into this file")
      .addHelpText(
        "after",
        `
Read the file in .bashrc, or in .zshrc after compinit; fish reads what is in ~/.config/fish/conf.d.
It completes in this project's folder only. The script is made of the commands' own definitions, which takes some seconds.`,
      );
    const [shell = ""] = readCommand(command, args, env).args;
    const { to } = command.opts<{ to?: string }>();
    const scripts = await describeScripts(root);
    const script = shells[shell as keyof typeof shells](scripts, placesOf(scripts, jobKinds));
    if (to === undefined) stdout.write(script);
    else await writeFile(to, script);
    return exitCodes.done;
  };
  return runCommand("completion", run, environment);
}
