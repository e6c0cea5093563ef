// What a process of the local system reports about itself: memory and active resources. It is preloaded into workers
// with the tether, so it imports nothing.

/** Memory in bytes, as in `process.memoryUsage`, and the number of active resources by type. */
export type Measurement = {
  rss: number;
  heapTotal: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  /** Sockets, timers, pending requests and so on, by Node's names. */
  resources: Record<string, number>;
};

/**
 * Measures this process.
 * @param collect whether to run the garbage collector before, where Node exposes it: what is left is held by something
 */
export function measureThisProcess({ collect = false } = {}): Measurement {
  if (collect) globalThis.gc?.();
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  return { ...process.memoryUsage(), resources };
}
