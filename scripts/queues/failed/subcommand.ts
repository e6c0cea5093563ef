// `queues failed`: the events and stream records that triggers could not take, each with its reason; a replay of those whose
// reason has passed; and an end to the rest.
import {
  eventSources,
  type TriggerName,
  triggersWithFailures,
} from "../../../triggers/catalog/event-sources.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { failedRecordsQueueName } from "../../../worker/fleet/resources.ts";
import { urlOf } from "../messages/take.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { type FailedEvent, readFailedEvents } from "./failed-events.ts";
import { type FailedRecord, readFailedRecords } from "./failed-records.ts";
import { type FleetTriggers, fleetTriggers } from "./fleet-triggers.ts";

type Options = CommonOptions & { replay: boolean; clear: boolean; yes: boolean };

type Failed = FailedEvent | FailedRecord;

export const failed: Subcommand<Options> = {
  name: "failed",
  description: "lists the events that triggers could not take, each with its reason",
  declare: (command) =>
    command
      .option("--replay", "pass what can be processed now to its trigger again", false)
      .option("--clear", "delete everything that is listed, for good", false)
      .option("--yes", "do not ask for confirmation of --clear", false)
      .addHelpText(
        "after",
        "\nA record that its stream keeps no longer is replayed from the tables: what is due is enqueued.\n" +
          "Exit code: 1 if something stays that was not replayed and cannot be as it is.",
      ),
  run: async (running) => {
    const { options } = running;
    if (options.replay && options.clear)
      throw new InvalidSettings(["--replay and --clear exclude each other"]);
    if (options.clear && !(await confirmed(running))) return 1;
    const found = await readAll(running);
    for (const one of found) print(running, one, lineOf(one));
    if (found.length === 0 && !options.json) running.stdout.write("no failed events\n");
    return found.some(({ state }) => state === "unreadable" || state === "gone") ? 1 : 0;
  },
};

async function confirmed({ options, ask, stderr }: Running<Options>): Promise<boolean> {
  if (options.yes) return true;
  if (ask === undefined)
    throw new InvalidSettings([
      "--clear deletes events for good and there is no terminal to ask at; confirm with --yes",
    ]);
  const answer = await ask("Delete every failed event for good? (yes or no) ");
  if (/^y(es)?$/i.test(answer.trim())) return true;
  stderr.write("queues: nothing was deleted\n");
  return false;
}

async function readAll(running: Running<Options>): Promise<Failed[]> {
  const { target, options } = running;
  const triggers = options.replay ? await fleetTriggers(running) : undefined;
  const found: Failed[] = await readFailedRecords(running, target.names, {
    ...triggers?.records,
    clear: options.clear,
  });
  for (const name of triggersWithFailures)
    if (eventSources[name].from === "topic") found.push(...(await readTopicFed(running, name, triggers)));
  return found;
}

async function readTopicFed(
  { sqs, target, options }: Running<Options>,
  name: TriggerName,
  triggers: FleetTriggers | undefined,
): Promise<FailedEvent[]> {
  const queueUrl = await urlOf(sqs, failedRecordsQueueName(target.names.fleet, name));
  const trigger = triggers?.topics.get(name);
  if (triggers !== undefined && trigger === undefined)
    throw new TypeError(`nothing replays events of the trigger ${name}`);
  return readFailedEvents({ sqs, queueUrl }, name, { trigger, clear: options.clear });
}

function lineOf(one: Failed): string {
  const what =
    "trigger" in one
      ? `${one.trigger} at ${one.at ?? "?"}`
      : `${one.table} ${one.event} ${JSON.stringify(one.keys)}`;
  const line = `${one.state.padEnd(10)} ${what} (${one.condition})`;
  return one.reason === null ? line : `${line}\n           ${one.reason}`;
}
