// `queues failed`: the events and stream records that triggers could not take, each with its reason; a replay of those whose
// reason has passed; and an end to the rest.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { countsOf, type Failed, readAllFailed } from "./read-all.ts";

type Options = CommonOptions & { replay: boolean; clear: boolean; yes: boolean };

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

/** Reads all; a change of it is on record. */
async function readAll(running: Running<Options>): Promise<Failed[]> {
  const { sqs, streams, target, options } = running;
  const source = { sqs, streams, db: target.db, names: target.names };
  const { replay, clear } = options;
  if (!replay && !clear) return readAllFailed(source, { replay, clear });
  const action = replay ? "replay-events" : "clear-events";
  const done = await recorded(actingOf(running), { action, facts: {} }, async () => {
    const found = await readAllFailed(source, { replay, clear });
    return { found, facts: countsOf(found) };
  });
  return done.found;
}

function lineOf(one: Failed): string {
  const what =
    "trigger" in one
      ? `${one.trigger} at ${one.at ?? "?"}`
      : `${one.table} ${one.event} ${JSON.stringify(one.keys)}`;
  const line = `${one.state.padEnd(10)} ${what} (${one.condition})`;
  return one.reason === null ? line : `${line}\n           ${one.reason}`;
}
