// Handler of log-words. The log is the effect, so a run that is repeated repeats its lines: job id and position tell.

import type { WordsSaid } from "../../words/said.ts";
import { eachWord } from "../../words/split-words.ts";
import type { Handler } from "../handler.ts";

export const logWordsHandler: Handler<WordsSaid> = {
  run: async ({ text }, { log }) => {
    let words = 0;
    eachWord(text, (word) => {
      words += 1;
      log.info({ word, position: words }, "word said");
    });
    return { effects: [], result: { words } };
  },
};
