// The cloud's request log, read on and on while a drill lasts, so that nothing is lost when the log forgets its oldest.
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { Applied, LocalControl } from "../../control/local-control.ts";

/** The log from the beginning of the drill. */
export type WatchedLog = {
  entries: readonly Applied[];
  /** Reads what is new now; the number of the last entry. */
  catchUp: () => Promise<number>;
  stop: () => Promise<void>;
};

const everyMs = 500;

/** Begins to watch; what was applied before is known as far as the log keeps it. */
export function watchLog(control: LocalControl): WatchedLog {
  const entries: Applied[] = [];
  const end = new AbortController();
  let reading: Promise<number> | undefined;
  const read = async () => {
    for (const entry of await control.requests(entries.at(-1)?.seq ?? 0)) entries.push(entry);
    return entries.at(-1)?.seq ?? 0;
  };
  const catchUp = async () => {
    // Whoever asks while a reading is under way may miss what came after it began.
    await reading?.catch(() => {});
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const watching = (async () => {
    while (!end.signal.aborted) {
      await systemClock.sleep(everyMs, end.signal);
      await catchUp().catch(() => {});
    }
  })();
  return {
    entries,
    catchUp,
    stop: async () => {
      end.abort();
      await watching;
    },
  };
}
