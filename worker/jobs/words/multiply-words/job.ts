// Job kind multiply-words: every occurrence of a word adds ten to its count.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const multiplyWords = subscribe(wordsSaid, { kind: "multiply-words" });
