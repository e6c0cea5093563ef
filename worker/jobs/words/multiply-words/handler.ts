// Handler of multiply-words.
import { countingHandler } from "../counting.ts";

/** Makes the handler: every occurrence counts ten times. */
export const multiplyWordsHandler = () => countingHandler({ factor: 10 });
