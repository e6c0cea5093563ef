// The completion script of bash. It wraps npm's own completion, and answers only in this project's folder.
import type { DescribedScript } from "./describe-scripts.ts";
import type { Place } from "./places.ts";
import { quoted } from "./quoted.ts";

/** The script; evaluate it in `.bashrc`. */
export function bashScript(scripts: readonly DescribedScript[], places: readonly Place[]): string {
  const names = scripts.map(({ name }) => name).join(" ");
  return `\
# bash completion of FIFO Fleet's commands; npm run completion -- bash --to FILE makes it
_fifo_fleet_words() { # what may follow at a place
  case "$1" in
${places.map((place) => `    ${quoted(place.path)}) echo ${quoted(wordsAt(place))} ;;`).join("\n")}
  esac
}
_fifo_fleet_values() { # what may follow an option that takes a value; fails where it takes none
  case "$1 $2" in
${places.flatMap(valuesAt).join("\n")}
    *) return 1 ;;
  esac
}
_fifo_fleet_npm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" path word words
  if [[ "\${COMP_WORDS[1]}" != run* ]] || ! grep -qs '"name": "fifo-fleet"' package.json; then
    if declare -F _npm_completion >/dev/null; then _npm_completion "$@"; fi
    return
  fi
  if ((COMP_CWORD == 2)); then
    COMPREPLY=($(compgen -W ${quoted(names)} -- "$current"))
    return
  fi
  if [[ "\${COMP_WORDS[3]}" != -- || $COMP_CWORD == 3 ]]; then
    COMPREPLY=()
    [[ -z "$(_fifo_fleet_words "\${COMP_WORDS[2]}")" ]] || COMPREPLY=(--)
    return
  fi
  path="\${COMP_WORDS[2]}"
  for word in "\${COMP_WORDS[@]:4:COMP_CWORD-4}"; do
    if [[ -n "$(_fifo_fleet_words "$path $word")" ]]; then path="$path $word"; fi
  done
  if words="$(_fifo_fleet_values "$path" "$before")"; then
    if [[ -n "$words" ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
    return
  fi
  COMPREPLY=($(compgen -W "$(_fifo_fleet_words "$path")" -- "$current"))
  if ((\${#COMPREPLY[@]} == 0)); then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _fifo_fleet_npm npm
`;
}

const wordsAt = ({ commands, values, options }: Place): string =>
  [...commands.map(({ word }) => word), ...values, ...options.map(({ word }) => word)].join(" ");

const valuesAt = ({ path, taking }: Place): string[] =>
  taking.map(({ flag, choices }) => `    ${quoted(`${path} ${flag}`)}) echo ${quoted(choices.join(" "))} ;;`);
