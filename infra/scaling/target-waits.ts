// How long jobs may wait, as one text: seconds for every kind, then exceptions, e.g. `60,parse-mail=20`.
import { scalingPolicy } from "./policy.ts";

/** Target waits in seconds. */
export type TargetWaits = { every: number; kinds: Readonly<Record<string, number>> };

const longest = 86_400;

/** Reads the text; a problem is returned as what the text takes. */
export function readTargetWaits(text: string | undefined, kinds: readonly string[]): TargetWaits | string {
  const waits: { every: number; kinds: Record<string, number> } = {
    every: scalingPolicy.targetWaitSeconds,
    kinds: {},
  };
  for (const part of text === undefined ? [] : text.split(",").map((one) => one.trim())) {
    const [, kind, amount] = /^(?:([a-z-]+)=)?(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    const seconds = Number(amount);
    if (amount === undefined || seconds < 1 || seconds > longest)
      return `takes seconds from 1 to ${longest}, then KIND=SECONDS for exceptions, e.g. 60,parse-mail=20`;
    if (kind !== undefined && !kinds.includes(kind)) return `names ${kind}, which is no job kind`;
    if (kind === undefined) waits.every = seconds;
    else waits.kinds[kind] = seconds;
  }
  return waits;
}
