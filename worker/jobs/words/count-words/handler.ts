// Handler of count-words.
import { countingHandler } from "../counting.ts";

/** Makes the handler: every occurrence counts once. */
export const countWordsHandler = () => countingHandler(1);
