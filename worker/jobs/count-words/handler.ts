// Handler of count-words.
import { countingHandler } from "../../words/counting.ts";

export const countWordsHandler = countingHandler(1);
