// What every command of the project shares: how arguments are read, how a failure is reported, exit codes. Knows no command.
import { Command, CommanderError } from "commander";
import { FleetError, InvalidSettings } from "../fleet/errors.ts";
import { describeCommand, describeFlag } from "./describe-command.ts";

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, badArguments: 2, interrupted: 130 } as const;

/** Where a command writes. */
export type CommandStreams = Readonly<Record<"stdout" | "stderr", Pick<NodeJS.WritableStream, "write">>>;

/**
 * Makes a command. It refuses unknown options, unknown subcommands and extra arguments with one line `NAME: ...` on
 * stderr and a CommanderError.
 */
export function createCommand(name: string, { stdout, stderr }: CommandStreams = process): Command {
  return new Command(name)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(`${name}: ${oneLine(text.replace(/^error: /, ""))}\n`),
    });
}

/** Commander puts its suggestion on a second line. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\n\(Did you mean (.*)\?\)$/s, "; did you mean $1?")
    .replace(/\s*\n\s*/g, " ");
}

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help` and for the flag by which a
 *   command prints its definition for shell completion
 */
export function readCommand(
  command: Command,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Command {
  if (args[0] === describeFlag) {
    command.configureOutput().writeOut?.(`${JSON.stringify(describeCommand(command))}\n`);
    throw new CommanderError(exitCodes.done, "commander.described", "");
  }
  refuseFlagsOfNpm(command, args, env);
  return command.parse([...args], { from: "user" });
}

/**
 * Refuses flags that npm kept: of `npm run NAME X --flag`, without `--`, npm takes the flag as a setting of its own and
 * passes it on only as npm_config_flag. Its value has then become an argument, so that it cannot be put right here.
 */
export function refuseFlagsOfNpm(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const script = env.npm_lifecycle_event;
  if (script === undefined || ![command.name(), "lab"].includes(script)) return;
  const subcommand = command.commands.find((one) => [one.name(), ...one.aliases()].includes(args[0] ?? ""));
  const kept = [command, ...(subcommand === undefined ? [] : [subcommand])]
    .flatMap(({ options }) => options)
    .flatMap(({ long }) => long ?? [])
    .filter((flag) => flag !== settingOfPipelines)
    .filter((flag) => env[variableOf(flag)] !== undefined && !args.some((arg) => isFlag(arg, flag)));
  if (kept.length === 0) return;
  const list = [...new Set(kept)].join(" ");
  command.error(`error: npm kept ${list} for itself; write npm run ${script} -- and then all arguments`, {
    exitCode: exitCodes.badArguments,
  });
}

/** Containers and pipelines often set npm_config_yes. A command that loses `--yes` asks instead, so nothing is lost silently. */
const settingOfPipelines = "--yes";

/** The variable npm passes a flag on in. */
const variableOf = (flag: string) => `npm_config_${flag.replace(/^--(no-)?/, "").replaceAll("-", "_")}`;

const isFlag = (arg: string, flag: string) => arg === flag || arg.startsWith(`${flag}=`);

/**
 * Runs a command and reports what it throws, each problem as one line `NAME: ...` on stderr.
 * @returns the exit code: the command's own, 2 for bad arguments or settings, 1 for every other failure
 */
export async function runCommand(
  name: string,
  run: () => Promise<number>,
  { stderr }: Pick<CommandStreams, "stderr"> = process,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    // Commander has reported it already.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.badArguments;
    for (const line of problemsOf(error)) stderr.write(`${name}: ${line}\n`);
    return error instanceof InvalidSettings ? exitCodes.badArguments : exitCodes.failed;
  }
}

/** One line for each problem. Only a defect of the program itself keeps its stack. */
export function problemsOf(error: unknown): readonly string[] {
  if (error instanceof InvalidSettings) return error.problems;
  if (!(error instanceof Error)) return [String(error)];
  if (error instanceof FleetError) return [oneLine(error.message)];
  if (isOfService(error)) return [oneLine(`${error.name}: ${error.message}`)];
  return [error.stack ?? String(error)];
}

/** True for an error of an AWS service (it names whose fault it is), the operating system or the network (it has a code). */
const isOfService = (error: Error) => "$fault" in error || "$metadata" in error || "syscall" in error;
