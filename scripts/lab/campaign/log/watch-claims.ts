// Waits for claims as the cloud applies them.
import { claimOf } from "./ledger-writes.ts";
import type { CloudRecord } from "./record.ts";
import type { Recorder } from "./recorder.ts";

/** Makes a function whose promise resolves with the next applied claim of any of the jobs. */
export function watchClaims(
  { subscribe }: Pick<Recorder, "subscribe">,
  jobsTable: string,
): (jobIds: readonly string[]) => Promise<void> {
  const waiting = new Set<{ jobIds: ReadonlySet<string>; resolve: () => void }>();
  subscribe((record) => {
    if (waiting.size === 0) return;
    const claimed = claimedIn(record, jobsTable);
    for (const one of waiting) {
      if (claimed === undefined || !one.jobIds.has(claimed)) continue;
      waiting.delete(one);
      one.resolve();
    }
  });
  return (jobIds) => new Promise((resolve) => void waiting.add({ jobIds: new Set(jobIds), resolve }));
}

function claimedIn(record: CloudRecord, jobsTable: string): string | undefined {
  if (record.what !== "wrote" || !record.applied) return undefined;
  const claim = record.writes.find((write) => write.table === jobsTable && claimOf(write) !== undefined);
  return claim === undefined ? undefined : String(claim.item.jobId);
}
