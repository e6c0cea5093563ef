// Job kind count-words: adds one to a word's count for every occurrence.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const countWords = subscribe(wordsSaid, { kind: "count-words", policy: { oneCommit: true } });
