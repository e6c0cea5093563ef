// Runs a suite: many inputs, several at once, counted by outcome. Findings keep the number that repeats them.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { megabytes } from "../measure/statistics.ts";
import type { FuzzArguments } from "./arguments.ts";
import { choicesOf } from "./random.ts";
import type { ReadySuite } from "./suite.ts";

/** What `fuzz --json` prints. Version 1: fields may be added, none are renamed. */
export type FuzzResult = {
  v: 1;
  suite: string;
  seed: number;
  from: number;
  runs: number;
  /** Runs by outcome. */
  outcomes: Record<string, number>;
  seconds: number;
  runsPerSecond: number;
  longestRunMs: number;
  /** The longest time this process, which stands for the worker, was blocked; its memory before and after. */
  longestBlockMs: number;
  rssMegabytes: { start: number; end: number };
  /** Worth a look but contained: a child that crashed or hung and was replaced. */
  contained: Finding[];
  /** What must not happen. */
  problems: Finding[];
};

/** A finding, and the command that repeats it. */
export type Finding = { run: number | null; what: string; again: string };

/** Findings of a kind beyond this number are not listed. */
const mostFindings = 20;

/** Runs to the end, or until `signal` aborts. */
export async function fuzz(
  asked: FuzzArguments,
  suite: ReadySuite,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, perSecond: number) => void },
): Promise<FuzzResult> {
  const outcomes: Record<string, number> = {};
  const found: { contained: Finding[]; problems: Finding[] } = { contained: [], problems: [] };
  const block = monitorEventLoopDelay({ resolution: 10 });
  const rssMegabytes = () => Math.round(megabytes(process.memoryUsage().rss));
  const start = rssMegabytes();
  const started = performance.now();
  let [next, done, longestRunMs] = [asked.from, 0, 0];
  block.enable();
  const loop = async () => {
    for (let run = next++; run < asked.from + asked.runs && !signal.aborted; run = next++) {
      const input = suite.input(choicesOf(asked.seed, run));
      const began = performance.now();
      const { name, finding } = await suite.run(input);
      longestRunMs = Math.max(longestRunMs, performance.now() - began);
      outcomes[name] = (outcomes[name] ?? 0) + 1;
      if (finding !== undefined)
        await note(asked, found[finding.grave ? "problems" : "contained"], run, finding.what, input);
      done += 1;
      onProgress(done, done / ((performance.now() - started) / 1000));
    }
  };
  await Promise.all(Array.from({ length: suite.atOnce }, loop));
  block.disable();
  const end = rssMegabytes();
  for (const what of await suite.close())
    found.problems.push({ run: null, what, again: commandOf(asked, asked.from, asked.runs) });
  const seconds = (performance.now() - started) / 1000;
  return {
    v: 1,
    suite: asked.suite,
    seed: asked.seed,
    from: asked.from,
    runs: done,
    outcomes: Object.fromEntries(Object.entries(outcomes).sort(([, a], [, b]) => b - a)),
    seconds: Math.round(seconds * 10) / 10,
    runsPerSecond: Math.round((done / seconds) * 10) / 10,
    longestRunMs: Math.round(longestRunMs),
    longestBlockMs: Math.round(block.max / 1e6),
    rssMegabytes: { start, end },
    ...found,
  };
}

const commandOf = ({ suite, seed }: FuzzArguments, from: number, runs: number) =>
  `npm run lab -- fuzz ${suite} --seed ${seed} --from ${from} --runs ${runs}`;

async function note(
  asked: FuzzArguments,
  list: Finding[],
  run: number,
  what: string,
  input: Buffer,
): Promise<void> {
  if (list.length >= mostFindings) return;
  list.push({ run, what, again: commandOf(asked, run, 1) });
  if (asked.keep === undefined) return;
  await mkdir(asked.keep, { recursive: true });
  await writeFile(join(asked.keep, `${asked.suite}-${asked.seed}-${run}`), input);
}
