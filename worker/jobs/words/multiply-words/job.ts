// Job kind multiply-words: adds ten to a word's count for every occurrence.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const multiplyWords = subscribe(wordsSaid, { kind: "multiply-words", policy: { oneCommit: true } });
