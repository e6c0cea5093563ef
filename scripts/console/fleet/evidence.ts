// What speaks for a situation beside its sentence: the size, drains, pauses, services, dead workers, and what letters died of. One
// sentence each.
import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import { capacityInWords } from "../../status/capacity.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { scalingInWords } from "../../status/scaling.ts";
import { troubleInWords, unconfinedInWords } from "../../status/troubles.ts";
import { lengthInWords } from "../ui/time.ts";
import type { SituationName } from "./advice.ts";
import type { Died } from "./died.ts";
import { drainReasons } from "./workers.ts";

/** The queues in which something waits or runs. */
export const queuesWithWork = ({ queues }: FleetStatus) =>
  queues.filter(({ visible, inFlight }) => visible + inFlight > 0);

/** The pauses of kinds of which something waits, and the others. */
export function byEffect(status: FleetStatus, pauses: readonly ToldPause[]) {
  const waits = new Set(queuesWithWork(status).map(({ kind }) => kind));
  return {
    holding: pauses.filter(({ kind }) => waits.has(kind)),
    others: pauses.filter(({ kind }) => !waits.has(kind)),
  };
}

/** Pauses as a list in a sentence. */
export const pausesInWords = (pauses: readonly ToldPause[]) => pauses.map(pauseInWords).join(", ");

/** E.g. `resize-image (by ann since 29 Nov 14:02: the disk is full)`. */
function pauseInWords({ kind, group, pausedBy, pausedAt, reason }: ToldPause): string {
  const at = new Date(pausedAt);
  const day = at.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  const why = reason === undefined ? "" : `: ${reason}`;
  const what = group === undefined ? kind : `group ${group} of ${kind}`;
  return `${what} (by ${pausedBy} since ${day} ${at.toTimeString().slice(0, 5)}${why})`;
}

/** What the sentence and the size say already is not said again. */
export function evidenceOf(name: SituationName, status: FleetStatus, pauses: readonly ToldPause[]): string[] {
  const unconfined = unconfinedInWords(status.workers);
  const paused = name === "paused" ? byEffect(status, pauses).others : pauses;
  return [
    ...(name === "workers-dead" ? [lastSeen(status)] : []),
    ...sizeInWords(name, status),
    ...drainsInWords(status),
    ...(name === "no-capacity" ? [] : capacityBeside(status)),
    ...(paused.length === 0
      ? []
      : [`${name === "paused" ? "Paused, too" : "Paused"}: ${pausesInWords(paused)}.`]),
    ...status.troubles.slice(1).map((trouble) => `${troubleInWords(trouble)}.`),
    ...(unconfined === undefined ? [] : [`${unconfined}.`]),
  ];
}

/** Where the size is not the trouble, why it is steady says nothing. */
function sizeInWords(name: SituationName, { scaling }: FleetStatus): string[] {
  if (scaling === null) return [];
  const why = scaling.reason !== "steady" || (name !== "workers-dead" && name !== "service-down");
  return [`Size: ${scalingInWords(scaling, { why })}.`];
}

function drainsInWords({ workers }: FleetStatus): string[] {
  const drains = workers.filter(({ state }) => state === "draining");
  if (drains.length === 0) return [];
  const why = [...new Set(drains.flatMap(({ drain }) => (drain ? [drainReasons[drain.reason]] : [])))].join(
    ", ",
  );
  const who = drains.length === 1 ? "1 worker drains" : `${drains.length} workers drain`;
  return [
    `${who}${why && ` (${why})`}: ${drains.length === 1 ? "its" : "their"} jobs end, or go back to their places.`,
  ];
}

/** When the dead workers were seen last, three of them at most. */
function lastSeen({ workers }: FleetStatus): string {
  const dead = workers.filter(({ state }) => state === "dead");
  if (dead.length === 0) return "No worker has announced itself.";
  const seen = dead
    .slice(0, 3)
    .map(({ id, seenSecondsAgo }) => `${id} was seen last ${lengthInWords(Math.round(seenSecondsAgo))} ago`);
  return `${seen.join(", ")}${dead.length > seen.length ? `, and ${dead.length - seen.length} more` : ""}.`;
}

/** The instances as Auto Scaling has them, where that is more than the last decision says. */
function capacityBeside({ capacity, scaling }: FleetStatus): string[] {
  if (capacity === undefined) return [];
  const { desired, inService, pending, onDemand } = capacity;
  const expected = scaling ?? { desired: inService, inService };
  const same = desired === expected.desired && inService === expected.inService;
  return same && pending + onDemand === 0 ? [] : [`${capacityInWords(capacity)}.`];
}

/** E.g. `Of the last 12 of resize-image: 9 “Error: no space left”, 3 “TimeoutError”.` */
export const diedInWords = ({ kind, of, reasons }: Died): string =>
  `Of the last ${of} of ${kind}: ${reasons.map(({ count, reason }) => `${count} “${reason}”`).join(", ")}.`;
