// The fleet's situation in words: what it is, by which figures, and what to do. One of nine; the first that holds. It refines the
// verdict of the operator's tool by what is paused and by services that do not answer.

import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { troubleInWords } from "../../status/troubles.ts";
import { verdictInWords } from "../../status/verdict-words.ts";
import { type Advice, adviceFor, type Place, type SituationName } from "./advice.ts";
import type { Died } from "./died.ts";
import { byEffect, diedInWords, evidenceOf, pausesInWords, queuesWithWork } from "./evidence.ts";
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

function nameOf(status: FleetStatus, held: Held): SituationName {
  if (status.troubles.length > 0 && queuesWithWork(status).length > 0) return "service-down";
  const { verdict } = status;
  if (verdict === "no-capacity" || verdict === "poison") return verdict;
  return heldByPauses(status, held) ? "paused" : verdict;
}

/**
 * True when everything that waits belongs to kinds that are paused: as a whole, or in a group while workers are there and run no
 * job of that kind. What SQS counts of a kind is not known by group.
 */
function heldByPauses(status: FleetStatus, { pauses, running }: Held): boolean {
  const waits = queuesWithWork(status);
  const others = status.verdict === "workers-dead" ? [] : pauses.filter(({ group }) => group !== undefined);
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
