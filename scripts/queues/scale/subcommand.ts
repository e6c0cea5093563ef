// `queues scale`: asks for a size of the fleet for a time, or takes that back.
import { InvalidArgumentError } from "commander";
import { mostAskedMinutes, readAskedSize } from "../../../triggers/metrics-due/asked-size.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { counted } from "../../cli/format.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { askForSize, mostInstances, takeBackSize } from "./ask-for-size.ts";

type Options = CommonOptions & { minutes?: number; back: boolean };

export const scale: Subcommand<Options> = {
  name: "scale",
  description: "sets the number of instances for a time; without one, tells what is asked for",
  declare: (command) =>
    command
      .argument("[instances]", `1 to ${mostInstances}, within the fleet's bounds`, instancesIn)
      .option("--minutes <minutes>", "for so long", wholeNumberFrom(1, mostAskedMinutes))
      .option("--back", "let the policy decide again, now", false)
      .addHelpText(
        "after",
        "\nIt begins with the next count (a minute at most) and ends by itself. To stop work, pause it: at zero instances" +
          "\nan alarm would start one for what waits. Exit code: 1 where --back finds nothing to take back.",
      ),
  run: async (running, [instances]) => {
    const { options } = running;
    if (options.back) return takeBack(running, instances);
    if (instances === undefined) return tell(running);
    if (options.minutes === undefined)
      throw new InvalidSettings(["scale takes --minutes with the instances"]);
    return ask(running, Number(instances), options.minutes);
  },
};

function instancesIn(text: string): string {
  const count = Number(text);
  if (text.trim() === "" || !Number.isInteger(count) || count < 1 || count > mostInstances)
    throw new InvalidArgumentError(`It takes a whole number from 1 to ${mostInstances}.`);
  return text;
}

async function ask(running: Running<Options>, instances: number, minutes: number): Promise<number> {
  const acting = actingOf(running);
  const { until } = await recorded(
    acting,
    { action: "scale-fleet", facts: { instances, minutes } },
    async () => ({
      ...(await askForSize(acting, { instances, minutes, by: acting.by, now: running.now() })),
      facts: {},
    }),
  );
  const end = new Date(until * 1000).toISOString();
  print(
    running,
    { instances, minutes, until: end },
    `${counted(instances, "instance")} asked for until ${end}; then the policy decides again`,
  );
  return 0;
}

async function takeBack(running: Running<Options>, instances: string | undefined): Promise<number> {
  if (instances !== undefined) throw new InvalidSettings(["--back takes no number of instances"]);
  const acting = actingOf(running);
  await recorded(acting, { action: "scale-fleet", facts: { back: "now" } }, async () => {
    await takeBackSize(acting);
    return { facts: {} };
  });
  print(running, { instances: null }, "the policy decides again");
  return 0;
}

async function tell(running: Running<Options>): Promise<number> {
  const { target, now } = running;
  const place = { table: target.names.tables.scaling, fleet: target.names.fleet };
  const asked = await readAskedSize(target.db, place, now() / 1000);
  if (asked === undefined) {
    print(running, { instances: null }, "no size is asked for; the policy decides");
    return 0;
  }
  const end = new Date(asked.until * 1000).toISOString();
  print(
    running,
    { ...asked, until: end },
    `${counted(asked.instances, "instance")} asked for until ${end} by ${asked.by}`,
  );
  return 0;
}
