// Handler of multiply-words.
import { countingHandler } from "../counting.ts";

export const multiplyWordsHandler = countingHandler(10);
