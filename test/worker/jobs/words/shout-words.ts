// The example of a subscriber in docs/add-a-job-kind.md: a job kind that counts loud words.
import { subscribe } from "../../../../worker/engine/job/define-event.ts";
import type { Handler } from "../../../../worker/engine/job/handler.ts";
import { eachWord } from "../../../../worker/jobs/words/split-words.ts";
import { type WordsSaid, wordsSaid } from "../../../../worker/jobs/words/words-said.ts";

// docs:begin
export const shoutWords = subscribe(wordsSaid, { kind: "shout-words" });

export const shoutWordsHandler = (): Handler<WordsSaid> => ({
  run: async ({ text }) => {
    let loud = 0;
    eachWord(text, (word) => {
      if (word.endsWith("!")) loud += 1;
    });
    return { effects: [], result: { loud } };
  },
});
// docs:end
