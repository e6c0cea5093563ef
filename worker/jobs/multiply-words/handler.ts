// Handler of multiply-words.
import { countingHandler } from "../../words/counting.ts";

export const multiplyWordsHandler = countingHandler(10);
