// How a decode child is started on this platform, and what holds it: found out once, by trying. Levels differ by kernel
// and container; whatever is missing is named, never passed over in silence.
import type { ResourceLimits } from "./launch-steps.ts";
import { shellLauncher } from "./shell-launcher.ts";
import { syscallLauncher } from "./syscall-launcher.ts";

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

/**
 * The strongest launcher that works here: system calls before exec on Linux, else util-linux and a shell's `ulimit`,
 * else nothing. Takes some tens of milliseconds.
 */
export async function probeLauncher(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<Launcher> {
  return (
    (await syscallLauncher(platform, architecture)) ??
    (await shellLauncher(platform)) ?? {
      confinement: { network: "none", files: "none", parentDeath: "none", limits: "none" },
      wrap: ({ command: [file, ...args] }) => ({ file, args }),
    }
  );
}
