// One run of `npm run completion`: the shell, the commands' own definitions, the script.
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
      .addHelpText(
        "after",
        `
bash: eval "$(npm run -s completion -- bash)" in .bashrc
zsh:  eval "$(npm run -s completion -- zsh)" in .zshrc, after compinit
fish: npm run -s completion -- fish | source
It completes in this project's folder only, and asks every command for its definition, which takes some seconds:
better save the script and read it from the file.`,
      );
    const [shell = ""] = readCommand(command, args, env).args;
    const scripts = await describeScripts(root);
    stdout.write(shells[shell as keyof typeof shells](scripts, placesOf(scripts, jobKinds)));
    return exitCodes.done;
  };
  return runCommand("completion", run, environment);
}
