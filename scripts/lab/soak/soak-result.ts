// What `soak --json` prints. Version 1: fields may be added, none is renamed.
import type { LoadCounts } from "./load.ts";
import type { Sample } from "./record.ts";
import type { TroubleKind } from "./trouble.ts";
import type { JudgedTrend, Leftovers } from "./verdict.ts";

/** The outcome of a soak. */
export type SoakResult = {
  v: 1;
  seed: number;
  minutes: number;
  /** Windows before this are not judged. */
  warmUpMinutes: number;
  inputs: LoadCounts;
  inputsPerSecond: number;
  /** Requests hit by an injected fault, by kind. */
  faults: Record<string, number>;
  /** What befell workers, and bursts of faults. */
  troubles: Record<TroubleKind, number>;
  /** One line for every window: memory in bytes, descriptors, temporary files. */
  windows: (Sample & WindowExtras)[];
  trends: JudgedTrend[];
  leftovers: Leftovers;
  /** Everything that did not hold. */
  problems: string[];
};

/** What is counted beside the processes: ended inputs in the window, objects and rows held at its end. */
export type WindowExtras = { ended: number; underWay: number; objects: number; rows: number };
