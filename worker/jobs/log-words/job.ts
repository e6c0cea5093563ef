// Job kind log-words: writes what was said into the worker's log, word by word.
import { wordsSaid } from "../../words/said.ts";
import { subscribe } from "../define-event.ts";

export const logWords = subscribe(wordsSaid, { kind: "log-words" });
