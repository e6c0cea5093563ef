// Job kind count-words: every occurrence of a word adds one to its count.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

export const countWords = subscribe(wordsSaid, { kind: "count-words" });
