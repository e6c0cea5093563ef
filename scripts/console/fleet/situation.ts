// The fleet's situation in words: what it is, by which figures, and what to do. One of nine; the first that holds. It refines the
// verdict of the operator's tool by what is paused and by services that do not answer.
import type { Pause } from "../../../worker/engine/pause/pauses.ts";
import { capacityInWords } from "../../status/capacity.ts";
import type { FleetStatus, Verdict } from "../../status/fleet-status.ts";
import { scalingInWords } from "../../status/scaling.ts";
import { troubleInWords, unconfinedInWords } from "../../status/troubles.ts";
import { verdictInWords } from "../../status/verdict-words.ts";
import { groupLink } from "../jobs/filter.ts";
import type { SlotJob } from "./running.ts";

export type SituationName = Verdict | "service-down" | "paused";

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

/** One thing to do: where, with the words of the link, or by which command. */
export type Advice = { text: string; link?: { address: string; words: string }; command?: string };

/** The situation of a status and its pauses. */
export function situationOf(
  status: FleetStatus,
  pauses: readonly Pause[],
  running: readonly SlotJob[] = [],
): Situation {
  const name = nameOf(status, pauses);
  return {
    name,
    sentence: sentenceOf(name, status, pauses),
    evidence: evidenceOf(name, status, pauses),
    todo: [...advice[name], ...(name === "group-bound" ? longestGroups(running) : [])],
  };
}

const works = (status: FleetStatus) => status.queues.some(({ visible, inFlight }) => visible + inFlight > 0);

function nameOf(status: FleetStatus, pauses: readonly Pause[]): SituationName {
  if (status.troubles.length > 0 && works(status)) return "service-down";
  const { verdict } = status;
  if (verdict === "no-capacity" || verdict === "poison") return verdict;
  return heldByPauses(status, pauses) ? "paused" : verdict;
}

/** True when everything that waits belongs to kinds that are paused, as a whole or in a group. */
function heldByPauses({ queues }: FleetStatus, pauses: readonly Pause[]): boolean {
  const waiting = queues.filter(({ visible, inFlight }) => visible + inFlight > 0);
  return waiting.length > 0 && waiting.every(({ kind }) => pauses.some((pause) => pause.kind === kind));
}

function sentenceOf(name: SituationName, status: FleetStatus, pauses: readonly Pause[]): string {
  if (name === "service-down") {
    const [first] = status.troubles;
    return first === undefined
      ? ""
      : `${troubleInWords(first)}; jobs that need it wait and count no failure.`;
  }
  if (name === "paused") return `What waits is paused: ${pauses.map(pauseInWords).join(", ")}.`;
  return verdictInWords(status);
}

const pauseInWords = ({ kind, group, pausedBy }: Pause) =>
  `${group === undefined ? kind : `group ${group} of ${kind}`} (by ${pausedBy})`;

/** What the sentence says already is not said again. */
function evidenceOf(name: SituationName, status: FleetStatus, pauses: readonly Pause[]): string[] {
  const unconfined = unconfinedInWords(status.workers);
  return [
    ...(status.scaling === null ? [] : [`Size: ${scalingInWords(status.scaling)}.`]),
    ...(status.capacity === undefined || status.capacity.desired === 0 || name === "no-capacity"
      ? []
      : [`${capacityInWords(status.capacity)}.`]),
    ...(pauses.length === 0 || name === "paused" ? [] : [`Paused: ${pauses.map(pauseInWords).join(", ")}.`]),
    ...status.troubles.slice(1).map((trouble) => `${troubleInWords(trouble)}.`),
    ...(unconfined === undefined ? [] : [`${unconfined}.`]),
  ];
}

const advice: Readonly<Record<SituationName, readonly Advice[]>> = {
  idle: [],
  working: [],
  overloaded: [
    {
      text: "If it stays so for longer than the fleet needs to grow, raise the largest size or make jobs shorter.",
    },
    {
      text: "Look which kind waits, and whether one producer floods it.",
      link: { address: "/jobs?state=waiting", words: "Waiting jobs" },
    },
  ],
  "group-bound": [
    {
      text: "More instances do not help: one job of a group runs at a time. Look for the groups that take long.",
      link: { address: "/jobs", words: "Running jobs" },
    },
    { text: "If one group holds everything up, split it, or pause what can wait." },
  ],
  "workers-dead": [
    { text: "Workers do not start, or die. Look at the log of the instances." },
    { text: "See why.", command: "npm run queues -- status" },
  ],
  "no-capacity": [
    {
      text: "EC2 has no instance of these types, or a quota is used up: follow the runbook docs/runbooks/no-capacity.md.",
    },
  ],
  "service-down": [
    {
      text: "Nothing is lost, and work goes on by itself. If it lasts, look at AWS's health page and at permissions.",
    },
  ],
  poison: [
    {
      text: "Read why they died, repair the cause, then send them back or discard them.",
      link: { address: "/jobs?state=dead", words: "Dead letters" },
    },
  ],
  paused: [
    {
      text: "Resume when the reason for the pause has passed. SQS deletes what has waited for 14 days.",
      link: { address: "/actions", words: "Actions" },
    },
  ],
};

/** The groups whose jobs have run longest, three at most: `running` begins with them. */
function longestGroups(running: readonly SlotJob[]): Advice[] {
  return running.slice(0, 3).map(({ jobId, kind, group, since, worker }) => ({
    text: `Runs since ${new Date(since).toTimeString().slice(0, 8)} on ${worker}:`,
    link: { address: groupLink({ kind, group, jobId }), words: `group ${group} of ${kind}` },
  }));
}
