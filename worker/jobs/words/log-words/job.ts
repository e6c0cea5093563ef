// Job kind log-words: writes what was said into the worker's log, word by word.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const logWords = subscribe(wordsSaid, { kind: "log-words" });
