// Waits for something to become true.
import { systemClock } from "../../worker/fleet/clock.ts";

/** Asks at least once, then again until it is so (true), or the time is over or the signal aborts (false). */
export async function within(
  seconds: number,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const end = systemClock.monotonic() + seconds * 1000;
  for (;;) {
    if (await isSo()) return true;
    if (systemClock.monotonic() >= end || signal.aborted) return false;
    await systemClock.sleep(200, signal);
  }
}
