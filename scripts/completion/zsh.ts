// The completion script of zsh, with what each word does. It wraps npm's own completion, and answers only in this project's folder.
import type { DescribedScript } from "./describe-scripts.ts";
import type { Place, Word } from "./places.ts";
import { quoted } from "./quoted.ts";

/** The script; evaluate it in `.zshrc` after `compinit`. */
export function zshScript(scripts: readonly DescribedScript[], places: readonly Place[]): string {
  const names = scripts.map(({ name, command }) => ({ word: name, description: command?.description ?? "" }));
  return `\
# zsh completion of FIFO Fleet's commands; read it after compinit; npm run completion -- zsh --to FILE makes it
_fifo_fleet_words() { # fills the array found with what may follow at a place; fails where there is no such place
  case "$1" in
${places.map((place) => `    ${quoted(place.path)}) found=(${entries(place)}) ;;`).join("\n")}
    *) return 1 ;;
  esac
}
_fifo_fleet_values() { # fills the array found with what may follow an option; fails where it takes no value
  case "$1 $2" in
${places.flatMap(valuesAt).join("\n")}
    *) return 1 ;;
  esac
}
_fifo_fleet_npm() {
  local -a found
  local at word
  if [[ $words[2] != run* ]] || ! grep -qs '"name": "fifo-fleet"' package.json; then
    (( $+functions[_npm_completion] )) && _npm_completion
    return
  fi
  if (( CURRENT == 3 )); then
    found=(${names.map(entry).join(" ")})
    _describe 'script' found
    return
  fi
  if [[ $words[4] != -- || $CURRENT == 4 ]]; then
    _fifo_fleet_words "$words[3]" && compadd -- --
    return
  fi
  at="$words[3]"
  for word in "\${(@)words[5,CURRENT-1]}"; do
    _fifo_fleet_words "$at $word" && at="$at $word"
  done
  found=()
  if _fifo_fleet_values "$at" "$words[CURRENT-1]"; then
    if (( $#found )); then compadd -a found; else _files; fi
    return
  fi
  _fifo_fleet_words "$at" && _describe 'word' found || _files
}
compdef _fifo_fleet_npm npm
`;
}

const entries = ({ commands, values, options }: Place): string =>
  [...commands, ...values.map((word) => ({ word, description: "" })), ...options].map(entry).join(" ");

/** A colon parts a word from its description. */
const entry = ({ word, description }: Word): string =>
  quoted(description === "" ? word : `${word.replaceAll(":", "\\:")}:${description}`);

const valuesAt = ({ path, taking }: Place): string[] =>
  taking.map(
    ({ flag, choices }) => `    ${quoted(`${path} ${flag}`)}) found=(${choices.map(quoted).join(" ")}) ;;`,
  );
