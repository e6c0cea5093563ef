// The completion script of fish, with what each word does. It adds to npm's own completion, in this project's folder.
import type { DescribedScript } from "./describe-scripts.ts";
import type { Place, Word } from "./places.ts";
import { quotedForFish as quoted } from "./quoted.ts";

/** The script; save it as ~/.config/fish/completions/npm.fish, or source it. */
export function fishScript(scripts: readonly DescribedScript[], places: readonly Place[]): string {
  const names = scripts.map(({ name, command }) => ({ word: name, description: command?.description ?? "" }));
  return `\
# fish completion of FIFO Fleet's commands; npm run completion -- fish --to FILE makes it
set -g __fifo_fleet_places ${places.map(({ path }) => quoted(path)).join(" ")}
function __fifo_fleet_here
    grep -qs '"name": "fifo-fleet"' package.json
end
set -g __fifo_fleet_taking ${taking(places).map(quoted).join(" ")}
function __fifo_fleet_place # the place of the command line; fish itself takes no options after --
    __fifo_fleet_here; or return 1
    set -l typed (commandline -opc)
    test (count $typed) -ge 4; and string match -q 'run*' -- $typed[2]; and test "$typed[4]" = --; or return 1
    set -l at $typed[3]
    for word in $typed[5..-1]
        contains -- "$at $word" $__fifo_fleet_places; and set at "$at $word"
    end
    echo $at
end
function __fifo_fleet_at # whether a word may follow at this place
    set -l at (__fifo_fleet_place); and test "$at" = "$argv[1]"; or return 1
    not contains -- "$at "(commandline -opc)[-1] $__fifo_fleet_taking
end
function __fifo_fleet_after # whether the value of this option follows at this place
    set -l at (__fifo_fleet_place); and test "$at" = "$argv[1]"; and test (commandline -opc)[-1] = "$argv[2]"
end
function __fifo_fleet_script
    __fifo_fleet_here; and test (count (commandline -opc)) -eq 2; and string match -q 'run*' -- (commandline -opc)[2]
end
function __fifo_fleet_dashes
    __fifo_fleet_here; and test (count (commandline -opc)) -eq 3; and contains -- (commandline -opc)[3] $__fifo_fleet_places
end
${names.map((word) => line("__fifo_fleet_script", word)).join("\n")}
${line("__fifo_fleet_dashes", { word: "--", description: "" })}
${places.flatMap(linesAt).join("\n")}
`;
}

const line = (condition: string, { word, description }: Word): string =>
  `complete -c npm -n ${quoted(condition)} -f -a ${quoted(word)}${description === "" ? "" : ` -d ${quoted(description)}`}`;

/** Every option that takes a value, with its place. */
const taking = (places: readonly Place[]): string[] =>
  places.flatMap((place) => place.taking.map(({ flag }) => `${place.path} ${flag}`));

function linesAt({ path, commands, values, options, taking }: Place): string[] {
  const here = `__fifo_fleet_at ${quoted(path)}`;
  const words = [...commands, ...values.map((word) => ({ word, description: "" })), ...options];
  const after = taking
    .filter(({ choices }) => choices.length > 0)
    .flatMap(({ flag, choices }) =>
      choices.map((word) => line(`__fifo_fleet_after ${quoted(path)} ${flag}`, { word, description: "" })),
    );
  return [...words.map((word) => line(here, word)), ...after];
}
