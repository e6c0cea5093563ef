// Waits for a state that another process reaches at some time. The deadline only bounds a failing test.
import { setTimeout as wait } from "node:timers/promises";

/** Calls repeatedly until the answer is neither `undefined` nor `false`. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  withinMs = 30_000,
): Promise<Answer> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1000} s without success for: ${what}`);
    await wait(20);
  }
}

/** Whether a process of that id exists. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
