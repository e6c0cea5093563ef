// Job kind count-words: adds one to a word's count for every occurrence.

import { subscribe } from "../../../engine/job/define-event.ts";
import { wordsSaid } from "../words-said.ts";

// Claimed before its first run, although all it does is its commit: the reply to a message must know, from the row, that counts may
// include the message already (triggers/slack-message/counts.ts). A row that appears with the counts can be seen after them.
export const countWords = subscribe(wordsSaid, { kind: "count-words" });
