// Job kind log-words: writes every word of a text to the worker's log.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const logWords = subscribe(wordsSaid, { kind: "log-words" });
