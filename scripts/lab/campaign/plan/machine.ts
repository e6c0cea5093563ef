// How much of a core this machine has left for a campaign, and which leases it can keep. On a busy machine workers are slow
// too, and five-second leases would be lost although nothing is wrong.
import { defaultLeaseSeconds } from "./plan.ts";

/** Long enough to notice a busy scheduler. */
const lookMs = 400;

/** The share of a core that a busy loop gets; 1 on an idle machine. */
export function coreShare(): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  while (performance.now() - startedAt < lookMs);
  const { user, system } = process.cpuUsage(before);
  return Math.min(1, (user + system) / 1000 / (performance.now() - startedAt));
}

const longestLeaseSeconds = 30;

/** The lease that a machine with this share can keep, in whole seconds. */
export function leaseFor(share: number): number {
  if (share > 0.6) return defaultLeaseSeconds;
  return Math.min(longestLeaseSeconds, Math.ceil((0.6 / Math.max(share, 0.01)) * defaultLeaseSeconds));
}
