// Makes a worker's sandbox: finds out how to confine children here, and gives the pool a function that starts them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { childCommand } from "./child-command.ts";
import type { Launcher } from "./launch-request.ts";
import type { ResourceLimits } from "./launch-steps.ts";
import { probeLauncher } from "./launcher.ts";
import { type MissingConfinement, missingConfinement, SandboxNotConfined } from "./missing-confinement.ts";
import { ChildPool } from "./pool.ts";
import { removeTree } from "./remove-tree.ts";
import { runDirectories } from "./run-directories.ts";
import type { Sandbox } from "./sandbox.ts";
import { SandboxChild } from "./sandbox-child.ts";
import { makeTemporaryRoot } from "./temporary-root.ts";

/** How a sandbox is set up. */
export type SandboxOptions = {
  /** Runs at the same time; a child does one run at a time. */
  size: number;
  log: Logger;
  /** Tasks that every child loads as soon as it is ready, so that the first run is not slow. */
  preload?: readonly string[];
  /** Children kept ready beyond `size`, to replace a dead one immediately; none by default. */
  spares?: number;
  /** A child is replaced after this many runs, and when it holds more resident memory than this at rest. */
  retireAfterRuns?: number;
  retireAboveBytes?: number;
  /** File of the child's entry, which calls `serveTasks`. */
  childEntry: string;
  /** Added to the children's otherwise empty environment: settings of an allocator, never credentials. */
  environment?: Readonly<Record<string, string>>;
  /** The kernel's limits, higher than those of any run: a backstop between two measurements. */
  limits?: Partial<ResourceLimits>;
  /** Parent of the temporary root; the system's temporary directory by default. */
  temporaryParent?: string;
  /** How children are confined; probed by default. */
  launcher?: Launcher;
  /** Start nothing on a machine that cannot confine children fully; otherwise that is only a warning. */
  confinementRequired?: boolean;
};

const defaultLimits: ResourceLimits = {
  dataBytes: 1536 * 1024 ** 2,
  fileBytes: 512 * 1024 ** 2,
  cpuSeconds: 3600,
};
/**
 * A child does one thing at a time, so one of glibc's arenas is enough; a second one holds 20 MB more. Without fixed thresholds glibc
 * raises them with the size of freed blocks. Up to here memory is kept that would be given back and fetched again within one task, in page
 * faults: with 16 MB for both, tasks with buffers of some megabytes take 4 % more CPU, and their child as much memory. A task
 * of 25 MB would hold up to 20 MB less memory with them.
 */
const defaultEnvironment = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_TRIM_THRESHOLD_: String(64 * 1024 ** 2),
  MALLOC_MMAP_THRESHOLD_: String(32 * 1024 ** 2),
};
/** Starting a child takes less than half a second, and a spare one as much memory as half a decoding one. */
const defaultSpares = 0;
/**
 * A child's start costs as much as a hundred small runs, and its code is compiled for the first thousand. What native code loses
 * meanwhile shows in its memory at rest.
 */
const defaultRetireAfterRuns = 5000;
const defaultRetireAboveBytes = 256 * 1024 ** 2;

/** A sandbox, and what does not confine its children. */
export type StartedSandbox = Sandbox & {
  missing: readonly MissingConfinement[];
  /** Resolves when a child has loaded the tasks to preload; rejects with a SandboxFailure when they cannot be loaded. */
  loaded: Promise<void>;
};

/**
 * Starts a sandbox and resolves when its first child serves.
 * @throws SandboxFailure when that child cannot be started
 * @throws SandboxNotConfined when confinement is required and this machine does not offer all of it
 */
export async function createSandbox(options: SandboxOptions): Promise<StartedSandbox> {
  const launcher = options.launcher ?? (await probeLauncher());
  const missing = checkedConfinement(options, launcher);
  const root = await makeTemporaryRoot(options.temporaryParent);
  const pool = new ChildPool({
    size: options.size,
    spares: options.spares ?? defaultSpares,
    retireAfterRuns: options.retireAfterRuns ?? defaultRetireAfterRuns,
    retireAboveBytes: options.retireAboveBytes ?? defaultRetireAboveBytes,
    log: options.log,
    startChild: childStarter(options, launcher, root),
  });
  const close = async () => {
    await pool.close();
    if (!(await removeTree(root))) options.log.warn({ root }, "sandbox files could not be removed");
  };
  await pool.start().catch(async (error) => {
    await close();
    throw error;
  });
  const directory = runDirectories(root);
  return {
    run: (task, runOptions) => pool.run(task, runOptions),
    directory: async () => directory(),
    close,
    missing,
    loaded: pool.loaded,
  };
}

function checkedConfinement(
  { confinementRequired = false, log, size }: SandboxOptions,
  { confinement }: Launcher,
): MissingConfinement[] {
  const missing = missingConfinement(confinement);
  log.info({ confinement, size }, "sandbox confinement");
  if (missing.length === 0) return missing;
  if (confinementRequired) throw new SandboxNotConfined(missing);
  log.warn({ missing }, "decode children are not confined: use this machine for trusted input only");
  return missing;
}

function childStarter(options: SandboxOptions, launcher: Launcher, root: string): () => SandboxChild {
  const limits = { ...defaultLimits, ...options.limits };
  const { childEntry, preload = [], environment = {} } = options;
  // Half of the memory, so that V8 gives up before the kernel refuses.
  const heapMegabytes = Math.floor(limits.dataBytes / 2 / 1024 ** 2);
  let started = 0;
  return () => {
    started += 1;
    const directory = join(root, `child-${started}`);
    mkdirSync(directory, { mode: 0o700 });
    const request = childCommand(childEntry, directory, heapMegabytes, preload);
    return new SandboxChild({
      ...launcher.wrap({ ...request, directory, limits }),
      directory,
      environment: { ...defaultEnvironment, TMPDIR: directory, ...environment },
      // Only where it dies with the worker: a stopped process does not see its pipe close.
      restsBetweenRuns: launcher.confinement.parentDeath === "signal",
    });
  };
}
