// Handler of count-words.
import { countingHandler } from "../counting.ts";

/** Makes the handler: every occurrence counts once, also in its hour. */
export const countWordsHandler = () => countingHandler({ factor: 1, byHour: true });
