// The fleet's situation in words: what it is, by which figures, and what to do. One of nine; the first that holds. It refines the
// verdict of the operator's tool by what is paused and by services that do not answer.

import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import { capacityInWords } from "../../status/capacity.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { scalingInWords } from "../../status/scaling.ts";
import { troubleInWords, unconfinedInWords } from "../../status/troubles.ts";
import { verdictInWords } from "../../status/verdict-words.ts";
import { lengthInWords } from "../ui/time.ts";
import { type Advice, adviceFor, type Place, type SituationName } from "./advice.ts";
import type { Died } from "./died.ts";
import type { SlotJob } from "./running.ts";
import { drainReasons } from "./workers.ts";

/** A situation for people. */
export type Situation = {
  name: SituationName;
  /** One sentence with the figures. */
  sentence: string;
  /** What else speaks for it. */
  evidence: readonly string[];
  /** What a person should do; an empty list: nothing. */
  todo: readonly Advice[];
};

/** What is known beside the status and its pauses. */
export type AlsoKnown = {
  running?: readonly SlotJob[];
  /** Why the last dead letters died. */
  died?: readonly Died[];
  place?: Place;
};

/** The situation of a status and its pauses. */
export function situationOf(
  status: FleetStatus,
  pauses: readonly ToldPause[],
  { running = [], died = [], place = { fleet: "", onAws: false } }: AlsoKnown = {},
): Situation {
  const held = { pauses, running };
  const name = nameOf(status, held);
  return {
    name,
    sentence: sentenceOf(name, status, pauses),
    evidence: [...evidenceOf(name, status, pauses), ...(name === "poison" ? died.map(diedInWords) : [])],
    todo: adviceFor(name, { status, running, place }),
  };
}

type Held = { pauses: readonly ToldPause[]; running: readonly SlotJob[] };

const works = (status: FleetStatus) => status.queues.some(({ visible, inFlight }) => visible + inFlight > 0);

function nameOf(status: FleetStatus, held: Held): SituationName {
  if (status.troubles.length > 0 && works(status)) return "service-down";
  const { verdict } = status;
  if (verdict === "no-capacity" || verdict === "poison") return verdict;
  return heldByPauses(status, held) ? "paused" : verdict;
}

/**
 * True when everything that waits belongs to kinds that are paused: as a whole, or in a group while workers are there and run no
 * job of that kind. What SQS counts of a kind is not known by group.
 */
function heldByPauses({ queues, verdict }: FleetStatus, { pauses, running }: Held): boolean {
  const waits = queues.filter(({ visible, inFlight }) => visible + inFlight > 0);
  const others = verdict === "workers-dead" ? [] : pauses.filter(({ group }) => group !== undefined);
  const whole = pauses.filter(({ group }) => group === undefined);
  return (
    waits.length > 0 &&
    waits.every(
      ({ kind }) =>
        whole.some((pause) => pause.kind === kind) ||
        (others.some((pause) => pause.kind === kind) && !running.some((job) => job.kind === kind)),
    )
  );
}

/** The pauses of kinds of which something waits, and the others. */
function byEffect({ queues }: FleetStatus, pauses: readonly ToldPause[]) {
  const waits = new Set(
    queues.filter(({ visible, inFlight }) => visible + inFlight > 0).map(({ kind }) => kind),
  );
  return {
    holding: pauses.filter(({ kind }) => waits.has(kind)),
    others: pauses.filter(({ kind }) => !waits.has(kind)),
  };
}

function sentenceOf(name: SituationName, status: FleetStatus, pauses: readonly ToldPause[]): string {
  if (name === "service-down") {
    const [first] = status.troubles;
    return first === undefined
      ? ""
      : `${troubleInWords(first)}; jobs that need it wait and count no failure.`;
  }
  if (name === "paused") return `What waits is paused: ${pausesInWords(byEffect(status, pauses).holding)}.`;
  return verdictInWords(status);
}

const pausesInWords = (pauses: readonly ToldPause[]) => pauses.map(pauseInWords).join(", ");

/** E.g. `resize-image (by ann since 29 Nov 14:02: the disk is full)`. */
function pauseInWords({ kind, group, pausedBy, pausedAt, reason }: ToldPause): string {
  const at = new Date(pausedAt);
  const day = at.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  const why = reason === undefined ? "" : `: ${reason}`;
  const what = group === undefined ? kind : `group ${group} of ${kind}`;
  return `${what} (by ${pausedBy} since ${day} ${at.toTimeString().slice(0, 5)}${why})`;
}

/** What the sentence and the size say already is not said again. */
function evidenceOf(name: SituationName, status: FleetStatus, pauses: readonly ToldPause[]): string[] {
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

/** E.g. `Of the last 12 of resize-image, 9 died of: Error: no space left`. */
const diedInWords = ({ kind, of, reasons }: Died): string =>
  `Of the last ${of} of ${kind}: ${reasons.map(({ count, reason }) => `${count} “${reason}”`).join(", ")}.`;
