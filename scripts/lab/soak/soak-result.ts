// What `soak --json` prints. Version 1: fields may be added, none are renamed.

import type { DisturbanceKind } from "./disturbances.ts";
import type { LoadCounts } from "./load.ts";
import type { Sample } from "./samples.ts";
import type { JudgedTrend, Leftovers } from "./verdict.ts";

/** The outcome of a soak. */
export type SoakResult = {
  v: 1;
  seed: number;
  minutes: number;
  /** Windows before this minute are not judged. */
  warmUpMinutes: number;
  inputs: LoadCounts;
  inputsPerSecond: number;
  /** Requests hit by an injected fault, by kind of fault. */
  faults: Record<string, number>;
  /** Interruptions of workers and bursts of faults, by kind. */
  troubles: Record<DisturbanceKind, number>;
  /** One entry per window: memory in bytes, descriptors, temporary files. */
  windows: (Sample & WindowExtras)[];
  trends: JudgedTrend[];
  leftovers: Leftovers;
  /** Everything that did not hold. */
  problems: string[];
};

/** Counted besides the processes: inputs that ended in the window, objects and rows at its end. */
export type WindowExtras = { ended: number; underWay: number; objects: number; rows: number };
