// The cloud's request log, read continuously during a drill, because the log drops its oldest entries.
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { Applied, LocalControl } from "../../control/local-control.ts";

/** The log since the beginning of the drill. */
export type WatchedLog = {
  entries: readonly Applied[];
  /** Reads what is new now. Resolves to the number of the last entry. */
  catchUp: () => Promise<number>;
  stop: () => Promise<void>;
};

const everyMs = 500;

/** Starts reading. Earlier entries are included as far as the log still has them. */
export function watchLog(control: LocalControl): WatchedLog {
  const entries: Applied[] = [];
  const end = new AbortController();
  let reading: Promise<number> | undefined;
  const read = async () => {
    for (const entry of await control.requests(entries.at(-1)?.seq ?? 0)) entries.push(entry);
    return entries.at(-1)?.seq ?? 0;
  };
  const catchUp = async () => {
    // A read already in progress may miss entries that came after it began.
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
