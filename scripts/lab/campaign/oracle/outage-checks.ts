// Invariants of outages: nobody hammers a service that does not answer.
import type { PlayedOutage } from "../faults/outages.ts";
import type { Check, Evidence } from "./evidence.ts";

/**
 * Calls that a worker may make in a minute of its time to a service that does not answer, repetitions by the SDK included.
 * A worker without gates and pauses makes thousands.
 */
const callsPerMinute = 400;

/** Shorter outages say little: the first calls are those that were under way. */
const leastMinutes = 2;

/** Calls that arrived during an outage, for each worker and each minute of its time. */
export const callRate = ({ calls, minutes }: PlayedOutage, { fleet }: Pick<Evidence, "fleet">): number =>
  calls / minutes / fleet.workers;

/** Outages in which calls failed. Slow answers are answers, so work goes on and calls are made. */
export const failing = ({ outages }: Pick<Evidence, "outages">): PlayedOutage[] =>
  outages.filter(({ how, minutes }) => how !== "slow" && minutes >= leastMinutes);

/** Workers call a service that does not answer a few times a minute, not all the time. */
export const calmDuringOutages: Check = (evidence) =>
  failing(evidence).flatMap((outage) => {
    const rate = Math.round(callRate(outage, evidence));
    if (rate <= callsPerMinute) return [];
    const { service, how, minutes } = outage;
    return [
      {
        invariant: "calm during outages",
        text: `${rate} calls a minute of each worker to ${service} (${how}, ${minutes} minutes), at most ${callsPerMinute}`,
      },
    ];
  });
