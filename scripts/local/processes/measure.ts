// What a process of the local system tells of itself: memory and what keeps it busy. Preloaded into workers with the
// tether, so it imports nothing.

/** Bytes by kind, as `process.memoryUsage` counts them, and how many resources of each type are active. */
export type Measurement = {
  rss: number;
  heapTotal: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  /** Sockets, timers, pending requests and the like, by Node's name for them. */
  resources: Record<string, number>;
};

/** Measures this process. */
export function measureThisProcess(): Measurement {
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  return { ...process.memoryUsage(), resources };
}
