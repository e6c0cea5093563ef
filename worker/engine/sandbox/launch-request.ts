// What a launcher is: it turns a sandbox child's command into one that confines the child, and says how strongly.
import type { ResourceLimits } from "./launch-steps.ts";

/** What confines a child besides Node's permission model: the mechanism, or `none`. */
export type Confinement = {
  /** seccomp: no socket can be opened. network-namespace: no address can be reached. */
  network: "seccomp" | "network-namespace" | "none";
  /** landlock: native code too sees only its own files. none: only Node's permission model, which binds JavaScript. */
  files: "landlock" | "none";
  /** signal: a child stuck in a loop dies with the worker. cpu-limit: only when its CPU seconds are used up. */
  parentDeath: "signal" | "cpu-limit" | "none";
  /** Who bounds memory and file sizes, besides watching. */
  limits: "kernel" | "shell" | "none";
};

/** What a child runs, may touch, and its bounds. */
export type LaunchRequest = {
  command: readonly [string, ...string[]];
  readable: readonly string[];
  directory: string;
  limits: ResourceLimits;
};

/** Turns a request into an argument vector that confines what it starts. */
export type Launcher = {
  confinement: Confinement;
  wrap: (request: LaunchRequest) => { file: string; args: string[] };
};
