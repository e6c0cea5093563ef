// `queues doctor`: checks what a fleet rests on, and says what is wrong and what to do, one line each. It changes nothing.
import { visibleLine } from "../../cli/visible.ts";
import { print, type Subcommand } from "../subcommand.ts";
import { checkClock } from "./check-clock.ts";
import { checkFleetAtWork } from "./check-fleet.ts";
import { checkQueues } from "./check-queues.ts";
import { checkRights } from "./check-rights.ts";
import { checkBuckets, checkTables } from "./check-tables.ts";
import type { Check, Finding } from "./finding.ts";

/** All checks, in the order in which they are told. */
export const checks: readonly Check[] = [
  checkClock,
  checkQueues,
  checkTables,
  checkBuckets,
  checkRights,
  checkFleetAtWork,
];

export const doctor: Subcommand = {
  name: "doctor",
  description: "checks settings, rights, queues, tables, clock, workers and quota, and says what to do",
  declare: (command) =>
    command.addHelpText("after", "\nIt changes nothing. Exit code: 0 all is well, 1 something is wrong."),
  run: async (running) => {
    const { target } = running;
    const settings: Finding = {
      check: "settings",
      state: "ok",
      found: `the fleet ${target.names.fleet} at ${target.where}, region ${await target.s3.config.region()}`,
    };
    // Told as they are found: a service that does not answer takes its time.
    const found = [settings];
    tell(settings);
    for (const { look } of checks)
      for (const finding of await look(running)) {
        found.push(finding);
        tell(finding);
      }
    const wrongs = found.filter(({ state }) => state === "wrong").length;
    return wrongs === 0 ? 0 : 1;

    function tell(finding: Finding): void {
      const { check, state, found: is, todo } = finding;
      const advice = todo === undefined ? "" : `; ${todo}`;
      print(
        running,
        { ...finding },
        `${state.padEnd(7)}  ${check.padEnd(9)}  ${visibleLine(`${is}${advice}`)}`,
      );
    }
  },
};
