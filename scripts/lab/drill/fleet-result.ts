// What `drill rollout` and `drill no-capacity` print with `--json`, what must hold, and the same as text. Version 1: fields may
// be added, none are renamed.
import type { FleetState } from "../../control/local-control.ts";
import type { Fed } from "./feed.ts";

/** Every instance replaced by an instance refresh. */
export type RolloutFacts = {
  /** What the new workers run, and what all workers run at the end. */
  version: string;
  versions: string[];
  /** How the instance refresh ended, and after how many seconds. */
  outcome: string;
  seconds: number;
  /** Instances that were there at the beginning, and how many of them are still there. */
  replaced: number;
  left: number;
  /** The fewest instances in service with a running worker at any moment. */
  fewestServing: number;
  oldProcesses: number[];
};

/** Seconds until each; null when it did not happen. */
export type NoCapacityFacts = {
  /** From the last instance's end until the status says so. */
  verdict: number | null;
  /** From then until an on-demand instance is in service. */
  standIns: number | null;
  /** From the return of spot capacity until a spot instance is in service, and until no stand-in is left. */
  spotAgain: number | null;
  standInsGone: number | null;
};

/** The outcome of a drill on the fleet. */
export type FleetDrillResult = {
  v: 1;
  drill: "rollout" | "no-capacity";
  fleet: string;
  rollout?: RolloutFacts;
  noCapacity?: NoCapacityFacts;
  jobs: Fed;
  /** What did not hold. */
  problems: string[];
};

/** Everything about jobs that did not hold, each as a sentence. */
export function problemsOfJobs(jobs: Fed): string[] {
  const { fed, completed, rejected, deadLettered, lost, counted, refused = 0 } = jobs;
  return [
    ...(fed > 0 ? [] : ["nothing was fed"]),
    ...(lost > 0 ? [`${lost} jobs have no outcome`] : []),
    ...(deadLettered > 0 ? [`${deadLettered} jobs were dead-lettered`] : []),
    ...(rejected > 0 ? [`${rejected} good inputs were rejected`] : []),
    ...(counted >= completed && counted <= completed + refused
      ? []
      : [`${completed} inputs were completed, but the tables count ${counted}`]),
  ];
}

/** Everything that did not hold. */
export function problemsOfFleet(
  { rollout, noCapacity, jobs }: Omit<FleetDrillResult, "problems">,
  exits: FleetState["exits"],
): string[] {
  return [
    ...problemsOfJobs(jobs),
    ...(rollout === undefined ? [] : problemsOfRollout(rollout, exits)),
    ...(noCapacity === undefined ? [] : problemsWithoutCapacity(noCapacity)),
  ];
}

function problemsOfRollout(facts: RolloutFacts, exits: FleetState["exits"]): string[] {
  const { outcome, left, fewestServing, versions, version, oldProcesses } = facts;
  const drained = (pid: number) => exits.some((exit) => exit.process === pid && exit.code === 0);
  const undrained = oldProcesses.filter((pid) => !drained(pid)).length;
  return [
    ...(outcome === "Successful" ? [] : [`the instance refresh ended as ${outcome}`]),
    ...(left === 0 ? [] : [`${left} old instances are still there`]),
    ...(undrained === 0 ? [] : [`${undrained} old workers did not drain and exit with 0`]),
    ...(fewestServing >= 1 ? [] : ["at a moment no worker was in service"]),
    ...(versions.join() === version
      ? []
      : [`the workers run ${versions.join(", ") || "nothing"}, not ${version}`]),
  ];
}

function problemsWithoutCapacity({ verdict, standIns, spotAgain, standInsGone }: NoCapacityFacts): string[] {
  return [
    ...(verdict === null ? ["the status never said no-capacity"] : []),
    ...(standIns === null ? ["no on-demand instance stood in"] : []),
    ...(spotAgain === null ? ["no spot instance came when there was capacity again"] : []),
    ...(standInsGone === null ? ["on-demand instances stayed although spot instances came"] : []),
  ];
}

/** The whole report. */
export function fleetReportOf({ drill, rollout, noCapacity, jobs, problems }: FleetDrillResult): string {
  return [
    `drill ${drill}`,
    ...(rollout === undefined ? [] : rolloutLines(rollout)),
    ...(noCapacity === undefined ? [] : capacityLines(noCapacity)),
    `  jobs        ${jobs.fed} pictures fed during the drill: ${jobs.completed} completed, ${jobs.rejected} rejected, ` +
      `${jobs.deadLettered} dead-lettered, ${jobs.lost} lost; their albums count ${jobs.counted}`,
    "",
    problems.length === 0
      ? "everything held: nothing lost, nothing done twice"
      : `did not hold:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  ].join("\n");
}

const rolloutLines = ({ outcome, seconds, replaced, left, fewestServing, version }: RolloutFacts) => [
  `  refresh     ${outcome} after ${seconds.toFixed(1)} s`,
  `  replaced    ${replaced - left} of ${replaced} instances, now of version ${version}`,
  `  capacity    at least ${fewestServing} in service at any moment`,
];

const inSeconds = (seconds: number | null) =>
  seconds === null ? "not at all" : `after ${seconds.toFixed(1)} s`;

const capacityLines = ({ verdict, standIns, spotAgain, standInsGone }: NoCapacityFacts) => [
  `  verdict     no-capacity ${inSeconds(verdict)}`,
  `  on-demand   in service ${inSeconds(standIns)}`,
  `  spot        in service again ${inSeconds(spotAgain)}`,
  `  on-demand   gone ${inSeconds(standInsGone)}`,
];
