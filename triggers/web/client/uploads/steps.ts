// Does one step of an upload, again after failures that may pass. Nothing is tried while the browser is offline.
import { NoAnswer } from "../page/api.ts";
import { backoffMs, maxTries } from "./backoff.ts";

/** Runs a step until it succeeds or cannot. */
export async function step<Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    await online(signal);
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NoAnswer)) throw error;
      // A failure while offline is the network's, not the step's.
      if (!navigator.onLine) tries = 0;
      else if (tries >= maxTries) throw error;
      await wait(backoffMs(Math.max(1, tries), Math.random()), signal);
    }
  }
}

function online(signal: AbortSignal): Promise<void> {
  if (navigator.onLine) return Promise.resolve();
  return new Promise((resolve, reject) => {
    addEventListener("online", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Waits; rejects when the signal aborts. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
