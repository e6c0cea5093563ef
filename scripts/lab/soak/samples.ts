// The samples of a soak: what each process holds every few seconds, summarised once per window (a minute in a long soak).
import { readdir } from "node:fs/promises";
import type { LocalControl } from "../../control/local-control.ts";
import { type ProcessState, processTree } from "../measure/processes.ts";
import { percentile } from "../measure/statistics.ts";

/** A process's part in the system. `worker` is the oldest worker, which is never disturbed; `workers` are all others. */
export type Role = "worker" | "workers" | "decoders" | "cloud" | "dynamodb";

/** What the processes of a role held together at one moment. */
export type Usage = {
  processes: number;
  rssBytes: number;
  /** JavaScript's heap; null when no Node process answered. */
  heapBytes: number | null;
  /** Buffers outside the heap. */
  externalBytes: number | null;
  /** Descriptors that are no sockets. */
  files: number;
  sockets: number;
  /** Node's active resources: sockets, timers, requests. */
  handles: number | null;
};

/** One sample of the whole system. */
export type Sample = { minute: number; roles: Partial<Record<Role, Usage>>; temporaryFiles: number };

/** What to sample. */
export type SampleOptions = { pid: number; control: LocalControl; temporaryFolder: string };

/**
 * Takes one sample. Also returns every process seen, to check at the end that all are gone.
 * @param collect whether the cloud collects its garbage before: once a window, so that its heap is what it holds
 */
export async function takeSample(
  { pid, control, temporaryFolder }: SampleOptions,
  { minute, collect }: { minute: number; collect: boolean },
): Promise<{ sample: Sample; processes: ProcessState[]; oldest: string | undefined }> {
  const [fleet, measured] = await Promise.all([control.fleet(), control.measurements({ collect })]);
  const processes = processTree(pid);
  const instances = fleet.instances.filter(({ process }) => process !== null);
  const oldest = instances[0]?.id;
  const instanceOf = new Map(instances.map(({ id, process }) => [process, id]));
  const roles: Partial<Record<Role, Usage>> = {};
  for (const state of processes) {
    const instance = instanceOf.get(state.pid);
    const role = roleOf(state, { instance, oldest, fleet, workers: instanceOf });
    if (role === undefined) continue;
    const reported =
      role === "cloud" ? measured.cloud : instance === undefined ? undefined : measured.workers[instance];
    roles[role] = together(roles[role], state, reported ?? undefined);
  }
  return { sample: { minute, roles, temporaryFiles: await filesBelow(temporaryFolder) }, processes, oldest };
}

function roleOf(
  { pid, parent }: ProcessState,
  known: {
    instance: string | undefined;
    oldest: string | undefined;
    fleet: { process: number; dynamoDb: number | null };
    workers: ReadonlyMap<number | null, string>;
  },
): Role | undefined {
  if (pid === known.fleet.process) return "cloud";
  if (pid === known.fleet.dynamoDb) return "dynamodb";
  if (known.instance !== undefined) return known.instance === known.oldest ? "worker" : "workers";
  return known.workers.has(parent) ? "decoders" : undefined;
}

type Reported = {
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  resources: Record<string, number>;
};

function together(before: Usage | undefined, state: ProcessState, reported: Reported | undefined): Usage {
  const handles = reported && Object.values(reported.resources).reduce((sum, count) => sum + count, 0);
  const add = (value: number | null | undefined, more: number | undefined) =>
    more === undefined ? (value ?? null) : (value ?? 0) + more;
  return {
    processes: (before?.processes ?? 0) + 1,
    rssBytes: (before?.rssBytes ?? 0) + state.rssBytes,
    heapBytes: add(before?.heapBytes, reported?.heapUsed),
    externalBytes: add(before?.externalBytes, reported?.external),
    files: (before?.files ?? 0) + state.files - state.sockets,
    sockets: (before?.sockets ?? 0) + state.sockets,
    handles: add(before?.handles, handles),
  };
}

async function filesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
}

/**
 * Summarises the samples of a window: the lowest heap (what a collection left) and the fewest descriptors and sockets (without
 * those of calls under way), which a leak raises as well; medians and maxima of the rest.
 */
export function windowOf(samples: readonly Sample[]): Sample | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  const roles: Partial<Record<Role, Usage>> = {};
  for (const role of ["worker", "workers", "decoders", "cloud", "dynamodb"] as const) {
    const held = samples.map((sample) => sample.roles[role]).filter((one) => one !== undefined);
    if (held.length > 0) roles[role] = windowOfRole(held);
  }
  const temporaryFiles = Math.max(...samples.map((sample) => sample.temporaryFiles));
  return { minute: last.minute, roles, temporaryFiles };
}

function windowOfRole(held: readonly Usage[]): Usage {
  const numbers = (of: (one: Usage) => number | null) => held.map(of).filter((value) => value !== null);
  const least = (values: number[]) => (values.length === 0 ? null : Math.min(...values));
  const median = (values: number[]) => percentile(values, 0.5) ?? 0;
  return {
    processes: median(numbers(({ processes }) => processes)),
    rssBytes: median(numbers(({ rssBytes }) => rssBytes)),
    heapBytes: least(numbers(({ heapBytes }) => heapBytes)),
    externalBytes: least(numbers(({ externalBytes }) => externalBytes)),
    files: least(numbers(({ files }) => files)) ?? 0,
    sockets: least(numbers(({ sockets }) => sockets)) ?? 0,
    handles: least(numbers(({ handles }) => handles)),
  };
}
