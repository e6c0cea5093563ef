// Job kind multiply-words: every occurrence of a word adds ten to its count.
import { wordsSaid } from "../../words/said.ts";
import { subscribe } from "../define-event.ts";

export const multiplyWords = subscribe(wordsSaid, { kind: "multiply-words" });
