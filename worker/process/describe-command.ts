// A command's definition as data, for shell completion: what it is called, and which options, arguments and subcommands it has.
import type { Command, Option } from "commander";

/** The flag, unlisted in help, by which every command prints its definition. */
export const describeFlag = "--describe-command";

/** An option; `choices` where it takes one of a few words. */
export type DescribedOption = {
  flags: string[];
  description: string;
  takesValue: boolean;
  choices: string[];
};

/** A command, or a subcommand of one. */
export type DescribedCommand = {
  names: string[];
  description: string;
  /** Names of its arguments, e.g. `kind`, each with its choices. */
  arguments: { name: string; choices: string[] }[];
  options: DescribedOption[];
  commands: DescribedCommand[];
};

/** Describes a command with all its subcommands. */
export function describeCommand(command: Command): DescribedCommand {
  return {
    names: [command.name(), ...command.aliases()],
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      choices: [...(argument.argChoices ?? [])],
    })),
    options: [...command.options.filter(({ hidden }) => !hidden).map(describeOption), help],
    commands: command.commands.map(describeCommand),
  };
}

const help: DescribedOption = {
  flags: ["--help", "-h"],
  description: "display help for command",
  takesValue: false,
  choices: [],
};

function describeOption(option: Option): DescribedOption {
  return {
    flags: [option.long, option.short].filter((flag) => flag !== undefined && flag !== null),
    description: option.description,
    takesValue: option.required || option.optional,
    choices: [...(option.argChoices ?? [])],
  };
}
