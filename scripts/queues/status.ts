// `queues status`: the depth of every queue, the workers, the pauses and the verdict, as the console shows them.
import { type Pause, readPauses } from "../../worker/engine/pause/pauses.ts";
import { duration } from "../cli/format.ts";
import { table } from "../cli/table.ts";
import { visibleLine } from "../cli/visible.ts";
import { capacityInWords, readCapacity } from "../status/capacity.ts";
import type { FleetStatus } from "../status/fleet-status.ts";
import { agesInCloudWatch } from "../status/queue-ages.ts";
import { scalingInWords } from "../status/scaling.ts";
import { readStatus } from "../status/status.ts";
import { troubleInWords, unconfinedInWords } from "../status/troubles.ts";
import { verdictInWords } from "../status/verdict-words.ts";
import type { Subcommand } from "./subcommand.ts";

export const status: Subcommand = {
  name: "status",
  description: "shows what waits, what runs, the workers, and a verdict",
  declare: (command) => command,
  run: async ({ options, target, sqs, cloudWatch, autoScaling, jobs, now, stdout, stderr }) => {
    let agesUnknown: unknown;
    const onUnknown = (error: unknown) => {
      agesUnknown = error;
    };
    let instancesUnknown: unknown;
    const instances = () =>
      readCapacity(autoScaling, target.names.fleet).catch((error: unknown) => {
        // Elsewhere there may be no Auto Scaling at all.
        if (options.aws) instancesUnknown = error;
        return undefined;
      });
    const found = await readStatus(
      { sqs, db: target.db },
      {
        fleet: target.names.fleet,
        kinds: Object.keys(jobs),
        ageOfOldest: agesInCloudWatch(cloudWatch, { onUnknown, now }),
        instances,
        now,
      },
    );
    const paused = await readPauses(target.db, {
      table: target.names.tables.pauses,
      fleet: target.names.fleet,
    });
    stdout.write(`${options.json ? JSON.stringify({ ...found, paused }) : inTables(found, paused)}\n`);
    if (agesUnknown !== undefined)
      stderr.write(
        `queues: ages are unknown, CloudWatch cannot be asked: ${String(agesUnknown).split("\n")[0]}\n`,
      );
    if (instancesUnknown !== undefined)
      stderr.write(
        `queues: instances are unknown, Auto Scaling cannot be asked: ${String(instancesUnknown).split("\n")[0]}\n`,
      );
    return 0;
  },
};

const width = 100;
const counts = (...numbers: number[]) => numbers.map(String);

function inTables(found: FleetStatus, paused: readonly Pause[]): string {
  const queues = found.queues.map(({ kind, visible, inFlight, dead, oldestSeconds }) => [
    kind,
    ...counts(visible, inFlight, dead),
    oldestSeconds === null ? "unknown" : duration(oldestSeconds),
  ]);
  const workers = found.workers.map(
    ({ id, state, busySlots, idleSlots, instance, version, seenSecondsAgo }) => [
      id,
      state,
      ...counts(busySlots, idleSlots),
      instance ?? "-",
      version ?? "-",
      `${duration(seenSecondsAgo)} ago`,
    ],
  );
  return [
    table(["kind", "waiting", "in flight", "dead", "oldest"], queues, width),
    workers.length === 0
      ? "no workers"
      : table(["worker", "state", "busy", "idle", "instance", "version", "seen"], workers, width),
    ...(found.scaling === null ? [] : [scalingInWords(found.scaling)]),
    ...(paused.length === 0 ? [] : [`paused: ${paused.map(inWords).join(", ")}`]),
    ...sentences(found).map(visibleLine),
    visibleLine(`${found.verdict}: ${verdictInWords(found)}`),
  ].join("\n\n");
}

/** The fleet's instances, and what is wrong with services and workers, one sentence each. */
const sentences = ({ troubles, workers, capacity, verdict }: FleetStatus): string[] => [
  // The verdict says the same of an instance that does not come.
  ...(capacity === undefined || verdict === "no-capacity" || capacity.desired === 0
    ? []
    : [capacityInWords(capacity)]),
  ...troubles.map(troubleInWords),
  ...[unconfinedInWords(workers)].filter((sentence) => sentence !== undefined),
];

const inWords = ({ kind, group }: Pause) =>
  group === undefined ? kind : `group ${visibleLine(group)} of ${kind}`;
