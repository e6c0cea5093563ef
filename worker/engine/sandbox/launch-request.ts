// What a launcher is: it turns the command of a sandbox child into one that confines it, and says how far.
import type { ResourceLimits } from "./launch-steps.ts";

/** What holds a child besides Node's own permission model. Each name says by which mechanism, or `none`. */
export type Confinement = {
  /** Opening any socket fails; in a namespace of its own, reaching any address does. */
  network: "seccomp" | "network-namespace" | "none";
  /** Native code, too, sees only its own files; `none` leaves Node's permission model, which binds JavaScript. */
  files: "landlock" | "none";
  /** A child stuck in a loop dies with the worker; `cpu-limit`: only when its CPU seconds are used up. */
  parentDeath: "signal" | "cpu-limit" | "none";
  /** Memory and file sizes are bounded by the kernel, not only by watching. */
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
