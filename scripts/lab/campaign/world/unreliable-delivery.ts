// Delivers events to triggers unreliably: some twice, some late, so that they overtake each other.
import type { Count } from "../faults/random-faults.ts";
import type { Random } from "../plan/random.ts";
import type { Invoke } from "./world.ts";

/** Wraps the invocation of triggers. */
export function unreliably(invoke: Invoke, { random, count }: { random: Random; count: Count }): Invoke {
  return async (functionArn, event) => {
    const chance = random.next();
    if (chance < 0.04) {
      count("event-duplicated");
      await invoke(functionArn, event);
      return invoke(functionArn, event);
    }
    if (chance < 0.06) {
      count("event-late");
      await new Promise((resolve) => setTimeout(resolve, random.whole(50, 1500)));
    }
    if (chance < 0.08) {
      count("event-stale");
      setTimeout(() => void invoke(functionArn, event).catch(() => {}), random.whole(500, 4000));
    }
    return invoke(functionArn, event);
  };
}
