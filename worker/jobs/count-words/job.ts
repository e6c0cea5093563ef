// Job kind count-words: every occurrence of a word adds one to its count.
import { wordsSaid } from "../../words/said.ts";
import { subscribe } from "../define-event.ts";

export const countWords = subscribe(wordsSaid, { kind: "count-words" });
