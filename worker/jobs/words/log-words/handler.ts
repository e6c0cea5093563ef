// Handler of log-words. The log is the effect, so it is flushed before the commit: a killed worker repeats lines rather
// than losing some. Job id and position identify a line.
import type { Logger } from "pino";
import type { Handler } from "../../../engine/job/handler.ts";
import { eachWord } from "../split-words.ts";
import type { WordsSaid } from "../words-said.ts";

/** A flush may leave a small rest. The second flush writes that, and the third what a partial write has left over. */
const flushCount = 3;

/** Makes the handler. */
export function logWordsHandler(): Handler<WordsSaid> {
  return {
    run: async ({ text }, { log }) => {
      let words = 0;
      eachWord(text, (word) => {
        words += 1;
        log.info({ word, position: words }, "word said");
      });
      for (let count = 0; count < flushCount; count += 1) await flush(log);
      return { effects: [], result: { words } };
    },
  };
}

/** Hands every line to the operating system. Files are synced as well; pipes cannot be (EINVAL). */
function flush(log: Logger): Promise<void> {
  return new Promise((resolve, reject) =>
    log.flush((error) => {
      const real = error && !("code" in error && error.code === "EINVAL");
      return real ? reject(error) : resolve();
    }),
  );
}
