// What a person should do in each situation: one thing a line, with a link or a command. Pure.

import { isQuota } from "../../status/capacity.ts";
import type { FleetStatus, ScalingStatus, Verdict } from "../../status/fleet-status.ts";
import { groupLink } from "../jobs/filter.ts";
import type { SlotJob } from "./running.ts";

/** A verdict of the operator's tool, or what refines it. */
export type SituationName = Verdict | "service-down" | "paused";

/** One thing to do: where, with the words of the link, or by which command. */
export type Advice = { text: string; link?: { address: string; words: string }; command?: string };

/** Which fleet a page is about, and whether it is on AWS: there its log is. */
export type Place = { fleet: string; onAws: boolean };

/** What is known of the fleet. */
export type Known = { status: FleetStatus; running: readonly SlotJob[]; place: Place };

const runbook = (page: string, words: string) => ({ address: `/help/runbooks/${page}`, words });

const advice: Readonly<Record<SituationName, (known: Known) => readonly Advice[]>> = {
  idle: () => [],
  working: () => [],
  overloaded: ({ status, place }) => [
    boundOf(status.scaling, place),
    {
      text: "See which kind waits, and whether one producer floods it.",
      link: { address: "#queues", words: "Queues" },
    },
  ],
  "group-bound": ({ running }) => [
    {
      text: "More instances do not help: one job of a group runs at a time. SQS does not tell how many wait in each group; those that run:",
      link: { address: "/jobs", words: "Running jobs" },
    },
    {
      text: "Where order is not needed among all of them, give the jobs more groups: messageGroupId of their definition.",
      link: { address: "/help/add-a-job-kind", words: "How" },
    },
    ...longestGroups(running),
  ],
  "workers-dead": ({ place }) => [
    {
      text: "Workers do not start, or die: step by step in the runbook.",
      link: runbook("nobody-works", "Jobs wait and nobody works"),
    },
    logOf(place),
    {
      text: "What each worker and instance says of itself, in the folder of this project:",
      command: `npm run queues -- status${place.onAws ? " --aws" : ""}`,
    },
  ],
  "no-capacity": ({ status }) => [
    {
      text: isQuota(status.capacity?.launchError?.message ?? "")
        ? "A quota of the account is used up: ask for a higher one, as the runbook says."
        : "Auto Scaling tries again by itself, and on-demand instances stand in. If none comes, the runbook says by EC2's answer what to do.",
      link: runbook("no-capacity", "No instances come"),
    },
  ],
  "service-down": () => [
    {
      text: "Nothing is lost, and work goes on by itself. If it lasts for more than ten minutes, look at AWS's health page and at permissions.",
      link: runbook("services-down", "A service does not answer"),
    },
  ],
  poison: () => [
    {
      text: "Their groups go on without them. Read why they died, repair the cause, then send them back or discard them.",
      link: { address: "/jobs?state=dead", words: "Dead letters" },
    },
    { text: "Step by step:", link: runbook("dead-letters", "Runbook") },
  ],
  paused: () => [
    {
      text: "Resume when the reason for the pause has passed: what waits then runs in order, and no job that was done before is done again. SQS deletes what has waited for 14 days.",
      link: { address: "/actions", words: "Actions" },
    },
  ],
};

/** What to do; an empty list: nothing. */
export const adviceFor = (name: SituationName, known: Known): readonly Advice[] => advice[name](known);

/** What holds an overloaded fleet at its size, and where that is changed. */
function boundOf(scaling: ScalingStatus | null, { onAws }: Place): Advice {
  const atMaximum = runbook("at-maximum", "The fleet is as large as it may be");
  switch (scaling?.reason) {
    case "bounds":
      return {
        text: `It is at its largest size, ${scaling.desired}: that is what holds it. The largest size is ${onAws ? "maxInstances of the deployment" : "--max-workers of npm run local"}.`,
        link: atMaximum,
      };
    case "asked":
      return {
        text: `An operator asked for ${scaling.wanted}: that is what holds it.`,
        link: { address: "/actions#size-title", words: "Size" },
      };
    case "stale":
      return {
        text: "Nothing decides on its size: the figures are too old.",
        link: runbook("not-counted", "Nobody counts"),
      };
    case "backlog":
    case "from-zero":
    case "booting":
    case "looking-again":
      return { text: `It grows from ${scaling.inService} to ${scaling.wanted}: wait for that.` };
    default:
      return {
        text: "If it stays so for longer than the fleet needs to grow, raise the largest size or make jobs shorter.",
        link: atMaximum,
      };
  }
}

const logOf = ({ fleet, onAws }: Place): Advice =>
  onAws
    ? {
        text: "Their log, in a terminal with this console's credentials:",
        command: `aws logs tail /${fleet}/workers --since 1h`,
      }
    : { text: "Their log is in the terminal that runs the fleet, e.g. npm run local or npm run worker." };

/** The groups whose jobs have run longest, three at most: `running` begins with them. */
function longestGroups(running: readonly SlotJob[]): Advice[] {
  return running.slice(0, 3).map(({ jobId, kind, group, since, worker }) => ({
    text: `Runs since ${new Date(since).toTimeString().slice(0, 8)} on ${worker}:`,
    link: { address: groupLink({ kind, group, jobId }), words: `group ${group} of ${kind}` },
  }));
}
