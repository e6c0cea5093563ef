// How much of a core this machine leaves to a campaign, and the leases it can keep with that. On a machine that does
// other things, workers are as slow as it is, and leases of five seconds would be lost by nobody's fault.
import { defaultLeaseSeconds } from "./plan.ts";

/** Long enough for a busy scheduler to show itself. */
const lookMs = 400;

/** The share of a core that is given to somebody who asks for all of it; 1 on an idle machine. */
export function coreShare(): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  while (performance.now() - startedAt < lookMs);
  const { user, system } = process.cpuUsage(before);
  return Math.min(1, (user + system) / 1000 / (performance.now() - startedAt));
}

const longestLeaseSeconds = 30;

/** Leases that a machine with such a share can keep, whole seconds. */
export function leaseFor(share: number): number {
  if (share > 0.6) return defaultLeaseSeconds;
  return Math.min(longestLeaseSeconds, Math.ceil((0.6 / Math.max(share, 0.01)) * defaultLeaseSeconds));
}
