// Handler of log-words. The log is the effect, so it is written out before the commit: a worker that is killed repeats
// lines rather than losing some. Job id and position tell which line is which.
import type { Logger } from "pino";
import type { Handler } from "../../../engine/job/handler.ts";
import type { WordsSaid } from "../said.ts";
import { eachWord } from "../split-words.ts";

/** A flush ends when no more than a small rest is left; a second takes that and a third what its cut has left over. */
const flushes = 3;

/** Makes the handler. */
export function logWordsHandler(): Handler<WordsSaid> {
  return {
    run: async ({ text }, { log }) => {
      let words = 0;
      eachWord(text, (word) => {
        words += 1;
        log.info({ word, position: words }, "word said");
      });
      for (let times = 0; times < flushes; times += 1) await written(log);
      return { effects: [], result: { words } };
    },
  };
}

/** Resolves when every line was handed to the system. Files are synced, too; pipes cannot be (EINVAL). */
function written(log: Logger): Promise<void> {
  return new Promise((resolve, reject) =>
    log.flush((error) => {
      const real = error && !("code" in error && error.code === "EINVAL");
      return real ? reject(error) : resolve();
    }),
  );
}
