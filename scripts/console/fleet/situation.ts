// The fleet's situation in words: what it is, by which figures, and what to do. One of nine; the first that holds. It refines the
// verdict of the operator's tool by what is paused and by services that do not answer.
import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import { capacityInWords } from "../../status/capacity.ts";
import type { Capacity, FleetStatus } from "../../status/fleet-status.ts";
import { scalingInWords } from "../../status/scaling.ts";
import { troubleInWords, unconfinedInWords } from "../../status/troubles.ts";
import { verdictInWords } from "../../status/verdict-words.ts";
import { type Advice, adviceFor, type Place, type SituationName } from "./advice.ts";
import type { SlotJob } from "./running.ts";

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

/** The situation of a status and its pauses. */
export function situationOf(
  status: FleetStatus,
  pauses: readonly ToldPause[],
  running: readonly SlotJob[] = [],
  place: Place = { fleet: "", onAws: false },
): Situation {
  const name = nameOf(status, pauses);
  return {
    name,
    sentence: sentenceOf(name, status, pauses),
    evidence: evidenceOf(name, status, pauses),
    todo: adviceFor(name, { status, running, place }),
  };
}

const works = (status: FleetStatus) => status.queues.some(({ visible, inFlight }) => visible + inFlight > 0);

function nameOf(status: FleetStatus, pauses: readonly ToldPause[]): SituationName {
  if (status.troubles.length > 0 && works(status)) return "service-down";
  const { verdict } = status;
  if (verdict === "no-capacity" || verdict === "poison") return verdict;
  return heldByPauses(status, pauses) ? "paused" : verdict;
}

/** True when everything that waits belongs to kinds that are paused, as a whole or in a group. */
function heldByPauses({ queues }: FleetStatus, pauses: readonly ToldPause[]): boolean {
  const waiting = queues.filter(({ visible, inFlight }) => visible + inFlight > 0);
  return waiting.length > 0 && waiting.every(({ kind }) => pauses.some((pause) => pause.kind === kind));
}

function sentenceOf(name: SituationName, status: FleetStatus, pauses: readonly ToldPause[]): string {
  if (name === "service-down") {
    const [first] = status.troubles;
    return first === undefined
      ? ""
      : `${troubleInWords(first)}; jobs that need it wait and count no failure.`;
  }
  if (name === "paused") return `What waits is paused: ${pauses.map(pauseInWords).join(", ")}.`;
  return verdictInWords(status);
}

/** E.g. `resize-image (by ann since 29 Nov 14:02: the disk is full)`. */
function pauseInWords({ kind, group, pausedBy, pausedAt, reason }: ToldPause): string {
  const at = new Date(pausedAt);
  const day = at.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  const why = reason === undefined ? "" : `: ${reason}`;
  const what = group === undefined ? kind : `group ${group} of ${kind}`;
  return `${what} (by ${pausedBy} since ${day} ${at.toTimeString().slice(0, 5)}${why})`;
}

/** True where as many instances are there as were asked for, or nobody knows: the size says all there is to say. */
const isAsAsked = (capacity: Capacity | undefined): capacity is undefined =>
  capacity === undefined ||
  (capacity.desired === capacity.inService && capacity.pending + capacity.onDemand === 0);

/** What the sentence says already is not said again. */
function evidenceOf(name: SituationName, status: FleetStatus, pauses: readonly ToldPause[]): string[] {
  const unconfined = unconfinedInWords(status.workers);
  return [
    ...(status.scaling === null ? [] : [`Size: ${scalingInWords(status.scaling)}.`]),
    ...(name === "no-capacity" || isAsAsked(status.capacity) ? [] : [`${capacityInWords(status.capacity)}.`]),
    ...(pauses.length === 0 || name === "paused" ? [] : [`Paused: ${pauses.map(pauseInWords).join(", ")}.`]),
    ...status.troubles.slice(1).map((trouble) => `${troubleInWords(trouble)}.`),
    ...(unconfined === undefined ? [] : [`${unconfined}.`]),
  ];
}
