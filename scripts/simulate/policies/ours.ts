// The demand policy of infra/, with the figures that queues and workers report.
import { blankMemory, historyOf, noteDesired, remember } from "../../../infra/demand-memory.ts";
import { type DemandPolicy, decideDemand, demandPolicy } from "../../../infra/demand-policy.ts";
import type { Figures, SimulatedPolicy } from "./policy.ts";

/** Our policy with some settings of its own; bounds, slots, boot time and target wait are the trace's. */
export function oursWith(settings: Partial<DemandPolicy>): SimulatedPolicy {
  return {
    name: "ours",
    source: "infra/demand-policy.ts",
    everySeconds: 10,
    lagSeconds: 20,
    start: ({ measures }) => {
      const policy = { ...demandPolicy, ...measures, ...settings };
      let memory = blankMemory;
      return (seen, { desired, now }) => {
        const figures = { ...seen, kinds: kindsOf(seen) };
        memory = remember(policy, noteDesired(memory, desired, now), figures);
        const decision = decideDemand(policy, figures, historyOf(memory, now), { desired, now });
        memory = noteDesired(memory, decision.wanted, now);
        return decision;
      };
    },
  };
}

export const ours: SimulatedPolicy = oursWith({});

function kindsOf({ waitingByKind, secondsByKind }: Figures) {
  return Object.fromEntries(
    Object.entries(waitingByKind).map(([kind, waiting]) => {
      const secondsPerJob = secondsByKind[kind];
      return [kind, { waiting, ...(secondsPerJob !== undefined && { secondsPerJob }) }];
    }),
  );
}
