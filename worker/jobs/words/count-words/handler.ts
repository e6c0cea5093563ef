// Handler of count-words.
import { countingHandler } from "../counting.ts";

export const countWordsHandler = countingHandler(1);
