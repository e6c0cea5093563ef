// The arguments of `npm run desk`: its subcommands and their options.
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { type CommandStreams, createCommand, readCommand } from "../../worker/process/command.ts";
import { wholeNumberFrom } from "../cli/number-options.ts";
import { type DeskState, deskStates, type RowState, rowStates } from "./states.ts";
import { type StoryName, storyNameOf } from "./story.ts";

/** The options of every subcommand. */
export type Common = { aws: boolean; json: boolean; pager: boolean; as: string | undefined };

/** One subcommand with its options. */
export type Asked = Common &
  (
    | { command: "next"; to: string | undefined; save: boolean }
    | { command: "list"; states: readonly RowState[]; withheld: boolean; limit: number }
    | { command: "show"; story: StoryName }
    | { command: "fetch"; story: StoryName; to: string | undefined }
    | { command: "state"; story: StoryName; state: DeskState; takeOver: boolean; reopen: boolean }
    | { command: "stats" }
  );

const mostListed = 10_000;

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(
  args: readonly string[],
  { env, ...streams }: CommandStreams & { env: NodeJS.ProcessEnv },
): Asked {
  let asked: Asked | undefined;
  const desk = createCommand("desk", streams)
    .description("The editor's desk: the oldest story first.")
    .addHelpText(
      "after",
      `
A reference may be typed in any way: K7Q2-9MPD, k7q29mpd. Without --aws and without AWS_ENDPOINT_URL the desk uses the
local system at http://127.0.0.1:4566. FLEET_NAME (fifo-fleet) and FLEET_BUCKET_SUFFIX choose the fleet.
Exit code: 0 done, 1 not done (no such story, or another editor was faster), 2 bad arguments.`,
    );
  addCommands(desk, (given) => {
    asked = given;
  });
  readCommand(desk, args, env);
  if (asked === undefined) throw new TypeError("every subcommand sets what was asked");
  return asked;
}

function addCommands(desk: Command, ask: (asked: Asked) => void): void {
  const command = (name: string, description: string) =>
    desk
      .command(name)
      .description(description)
      .allowExcessArguments(false)
      .option("--as <name>", "the editor's name (default: your user name on this machine)", editorName)
      .option("--json", "print one line of JSON for every story", false)
      .option("--no-pager", "print without a pager, also to a terminal")
      .option("--aws", "use the fleet on AWS, with the region and credentials of the environment", false);
  const reference = new Argument("<reference>", "the story, such as K7Q2-9MPD").argParser(storyName);
  const folder = "folder for the parts (default: stories/REFERENCE)";

  command("next", "takes the oldest unread story, saves its parts and shows it")
    .option("--to <folder>", folder)
    .option("--no-save", "only show the story, save nothing")
    .action((options: Common & { to?: string; save: boolean }) =>
      ask({ ...common(options), command: "next", to: options.to, save: options.save }),
    );
  command("list", "lists stories, the oldest first")
    .addOption(
      new Option("--state <state>", "only stories in this state (default: unread and reading)").choices([
        ...rowStates,
        "all",
      ]),
    )
    .option("--withheld", "only stories whose answer was withheld on doubt: please look", false)
    .option("--limit <n>", `list at most this many, 1 to ${mostListed}`, wholeNumberFrom(1, mostListed), 200)
    .action((options: Common & { state?: RowState | "all"; withheld: boolean; limit: number }) =>
      ask({
        ...common(options),
        command: "list",
        states: statesOf(options.state),
        withheld: options.withheld,
        limit: options.limit,
      }),
    );
  command("show", "shows a story")
    .addArgument(reference)
    .action((story: StoryName, options: Common) => ask({ ...common(options), command: "show", story }));
  command("fetch", "saves the parts of a story")
    .addArgument(reference)
    .option("--to <folder>", folder)
    .action((story: StoryName, options: Common & { to?: string }) =>
      ask({ ...common(options), command: "fetch", story, to: options.to }),
    );
  command("state", "sets the state of a story: unread -> reading -> accepted, declined or withdrawn")
    .addArgument(reference)
    .addArgument(new Argument("<state>", "its new state").choices(deskStates))
    .option("--take-over", "take a story that another editor is reading", false)
    .option("--reopen", "read a decided story again", false)
    .action((story: StoryName, state: DeskState, options: Common & { takeOver: boolean; reopen: boolean }) =>
      ask({
        ...common(options),
        command: "state",
        story,
        state,
        takeOver: options.takeOver,
        reopen: options.reopen,
      }),
    );
  command("stats", "counts the stories in each state and says how long the oldest has waited").action(
    (options: Common) => ask({ ...common(options), command: "stats" }),
  );
}

const common = ({ aws, json, pager, as }: Common): Common => ({ aws, json, pager, as });

function statesOf(state: RowState | "all" | undefined): readonly RowState[] {
  if (state === undefined) return ["unread", "reading"];
  return state === "all" ? rowStates : [state];
}

function storyName(text: string): StoryName {
  const name = storyNameOf(text);
  if (name === undefined) throw new InvalidArgumentError("It takes a reference such as K7Q2-9MPD.");
  return name;
}

/** Checks an editor's name, which other editors see. */
export function editorName(text: string): string {
  if (!/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,64}$/u.test(text) || text.trim() !== text)
    throw new InvalidArgumentError("It takes a name of 1 to 64 characters.");
  return text;
}
