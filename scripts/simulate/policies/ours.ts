// The policy in force (infra/scaling-policy.ts), with the figures that queues and workers report and with the delays of the
// trigger that counts and of the alarm that grows the group.
import { blankMemory, historyOf, noteDesired, remember } from "../../../infra/scaling/memory.ts";
import { type ScalingPolicy, scalingPolicy, wantsSecondLook } from "../../../infra/scaling/policy.ts";
import { decideCapacity } from "../../../infra/scaling-policy.ts";
import type { Decision, Figures, SimulatedPolicy } from "./policy.ts";

/** Seconds between two counts, and from a count until the group grows by it. It shrinks at once: the trigger does that. */
export type Cadence = { countSeconds: number; growSeconds: number };

/** As deployed unless a setting says otherwise: the alarm has the count, or the one before, up to a minute later. */
export const everyMinute: Cadence = { countSeconds: 60, growSeconds: 60 };

/** With the setting `countSeconds=10`, whose alarm has a high resolution. */
export const everyTenSeconds: Cadence = { countSeconds: 10, growSeconds: 20 };

/** Our policy with some settings of its own; bounds, slots, boot time and target wait are the trace's. */
export function oursWith(
  settings: Partial<ScalingPolicy>,
  { countSeconds, growSeconds }: Cadence = everyMinute,
  name = "ours",
): SimulatedPolicy {
  return {
    name,
    source: `infra/scaling-policy.ts, by a count every ${countSeconds} s`,
    everySeconds: 10,
    lagSeconds: 0,
    start: ({ measures }) => {
      const policy = { ...scalingPolicy, ...measures, ...settings };
      let memory = blankMemory;
      let growing: (Decision & { at: number }) | undefined;
      let again = false;
      return (seen, { desired: current, now }) => {
        const due = growing !== undefined && now >= growing.at ? growing : undefined;
        const desired = Math.max(current, due?.wanted ?? 0);
        if (due !== undefined) growing = undefined;
        const unchanged = { wanted: desired, reason: due?.reason ?? "steady" };
        if (now % countSeconds !== 0 && !again) return unchanged;
        const figures = { ...seen, kinds: kindsOf(seen) };
        memory = remember(policy, noteDesired(memory, desired, now), figures);
        const decision = decideCapacity(policy, figures, historyOf(memory, now), { desired, now });
        again = !again && wantsSecondLook(decision);
        const at = growing?.at ?? now + growSeconds;
        growing = decision.wanted > desired ? { ...decision, at } : undefined;
        return growing === undefined ? decision : unchanged;
      };
    },
  };
}

export const ours: SimulatedPolicy = oursWith({});

export const oursEveryTenSeconds: SimulatedPolicy = oursWith({}, everyTenSeconds, "ours-10s");

function kindsOf({ waitingByKind, secondsByKind }: Figures) {
  return Object.fromEntries(
    Object.entries(waitingByKind).map(([kind, waiting]) => {
      const secondsPerJob = secondsByKind[kind];
      return [kind, { waiting, ...(secondsPerJob !== undefined && { secondsPerJob }) }];
    }),
  );
}
