// Where in a command line one may be, and what can follow there: the form from which each shell's script is written.
import type { DescribedCommand, DescribedOption } from "../../worker/process/describe-command.ts";
import type { DescribedScript } from "./describe-scripts.ts";

/** A word that may follow, and what it does. */
export type Word = { word: string; description: string };

/** A place: the words after `npm run` without `--`, e.g. `queues redrive`. */
export type Place = {
  path: string;
  /** Subcommands. */
  commands: Word[];
  /** Values of its first argument, such as job kinds. */
  values: string[];
  options: Word[];
  /** Options that take a value, with the words it may be; without any, it may be a file. */
  taking: { flag: string; choices: string[] }[];
};

/** All places of all scripts. @param kinds values of every argument that is called `kind` */
export function placesOf(scripts: readonly DescribedScript[], kinds: readonly string[]): Place[] {
  return scripts.flatMap(({ name, command }) =>
    command === undefined ? [] : placesIn(command, [name], kinds),
  );
}

function placesIn(command: DescribedCommand, path: readonly string[], kinds: readonly string[]): Place[] {
  const {
    commands,
    options,
    arguments: [first],
  } = command;
  const place: Place = {
    path: path.join(" "),
    commands: commands.flatMap(({ names, description }) => names.map((word) => ({ word, description }))),
    values: first === undefined ? [] : first.name === "kind" ? [...kinds] : first.choices,
    options: options.flatMap(wordsOf),
    taking: options
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ flags, choices }) => flags.map((flag) => ({ flag, choices }))),
  };
  const below = commands.flatMap((one) => one.names.flatMap((name) => placesIn(one, [...path, name], kinds)));
  return [place, ...below];
}

const wordsOf = ({ flags, description }: DescribedOption): Word[] =>
  flags.filter((flag) => flag.startsWith("--")).map((word) => ({ word, description }));
