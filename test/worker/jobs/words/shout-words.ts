// The documentation's example of a fourth subscriber: a job kind that counts words with an exclamation mark.
import { subscribe } from "../../../../worker/engine/job/define-event.ts";
import type { Handler } from "../../../../worker/engine/job/handler.ts";
import { eachWord } from "../../../../worker/jobs/words/split-words.ts";
import { type WordsSaid, wordsSaid } from "../../../../worker/jobs/words/words-said.ts";

// readme:begin
export const shoutWords = subscribe(wordsSaid, { kind: "shout-words" });

export const shoutWordsHandler: Handler<WordsSaid> = {
  run: async ({ text }) => {
    let loud = 0;
    eachWord(text, (word) => {
      if (word.endsWith("!")) loud += 1;
    });
    return { effects: [], result: { loud } };
  },
};
// readme:end
