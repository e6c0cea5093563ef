// When workers of a campaign could take messages: from the first message they received until they were told to leave or
// died, less what the campaign held them for, and less the time in which all their slots were taken.
import { type Stretch, without } from "../log/stretches.ts";
import type { Evidence } from "../oracle/evidence.ts";

/** A stretch of time in which a worker could take messages; epoch milliseconds. */
export type Service = Stretch & { worker: string };

/** Every stretch in which a worker had a free slot. */
export function freeSlotsOf(evidence: Evidence): Service[] {
  return servicesOf(evidence).flatMap(({ worker, ...stretch }) =>
    without(stretch, allTaken(evidence, worker)).map((rest) => ({ worker, ...rest })),
  );
}

/** When all slots of a worker were taken: by messages whose jobs it had claimed, each until its lease was over. */
function allTaken({ history, slots }: Evidence, worker: string): Stretch[] {
  const changes = [...history.handles.values()].flatMap((handle) => {
    if (handle.worker !== worker) return [];
    const { jobId, receivedAt, until } = handle;
    const claim = history.jobs
      .get(jobId)
      ?.claims.find(({ from, at }) => from === worker && at >= receivedAt && at <= until);
    if (claim === undefined) return [];
    return [
      { at: claim.at, by: 1 },
      { at: until, by: -1 },
    ];
  });
  const stretches: Stretch[] = [];
  let [taken, since] = [0, 0];
  for (const { at, by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    if (taken >= slots && taken + by < slots) stretches.push({ from: since, to: at });
    if (taken < slots && taken + by >= slots) since = at;
    taken += by;
  }
  return stretches;
}

/** Every stretch in which a worker was in service. */
function servicesOf({ history, processes, workerPrefix }: Evidence): Service[] {
  const first = new Map<string, number>();
  for (const { what, from, at } of history.records)
    if (what === "received" && from.startsWith(workerPrefix) && !first.has(from)) first.set(from, at);
  return [...first].flatMap(([worker, from]) => {
    const own = processes.filter((event) => event.worker === worker);
    const to = Math.min(
      Number.POSITIVE_INFINITY,
      ...own.flatMap(({ what, at }) =>
        what === "drain" || what === "killed" || what === "exited" ? [at] : [],
      ),
    );
    const held = own.flatMap((event) => (event.what === "held" ? [{ from: event.at, to: event.until }] : []));
    return without({ from, to }, held).map((stretch) => ({ worker, ...stretch }));
  });
}
