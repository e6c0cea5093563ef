// The arguments of `npm run desk`, one sub-command each, and which of them were given.
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { wholeNumberFrom } from "../cli/number-options.ts";
import { type DeskState, deskStates, type RowState, rowStates } from "./states.ts";
import { type StoryName, storyNameOf } from "./story.ts";

/** What every sub-command takes. */
export type Common = { aws: boolean; json: boolean; pager: boolean; as: string | undefined };

/** What the person asked for. */
export type Asked = Common &
  (
    | { command: "next"; to: string | undefined; save: boolean }
    | { command: "list"; states: readonly RowState[]; limit: number }
    | { command: "show"; story: StoryName }
    | { command: "fetch"; story: StoryName; to: string | undefined }
    | { command: "state"; story: StoryName; state: DeskState; takeOver: boolean; reopen: boolean }
    | { command: "stats" }
  );

const mostListed = 10_000;

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already printed) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], complain: (text: string) => void): Asked {
  let asked: Asked | undefined;
  const ask = (given: Asked) => {
    asked = given;
  };
  const desk = new Command("desk").description("The editor's desk: the oldest story first.").addHelpText(
    "after",
    `
A reference is read however it is typed: K7Q2-9MPD, k7q29mpd. Without --aws and without AWS_ENDPOINT_URL it is the local
system at http://127.0.0.1:4566. FLEET_NAME (fifo-fleet) and FLEET_BUCKET_SUFFIX choose the fleet.
Exit code: 0 done, 1 not done (no such story, taken meanwhile), 2 bad arguments.`,
  );
  addCommands(desk, ask);
  for (const command of [desk, ...desk.commands])
    command.exitOverride().configureOutput({
      writeErr: complain,
      outputError: (text, write) => write(text.replace(/^error:/, "desk:")),
    });
  desk.parse([...args], { from: "user" });
  if (asked === undefined) throw new TypeError("every sub-command asks for something");
  return asked;
}

function addCommands(desk: Command, ask: (asked: Asked) => void): void {
  const command = (name: string, description: string) =>
    desk
      .command(name)
      .description(description)
      .allowExcessArguments(false)
      .option("--as <name>", "who the editor is; without it, the name of this machine's user", editorName)
      .option("--json", "one line of JSON for every story", false)
      .option("--no-pager", "print, also to a terminal, without a pager")
      .option("--aws", "the fleet on AWS, with the region and credentials of the environment", false);
  const reference = new Argument("<reference>", "the story, such as K7Q2-9MPD").argParser(storyName);
  const folder = "folder for the parts; without it, stories/REFERENCE";

  command("next", "takes the oldest unread story, saves its parts and shows it")
    .option("--to <folder>", folder)
    .option("--no-save", "only show it")
    .action((options: Common & { to?: string; save: boolean }) =>
      ask({ ...common(options), command: "next", to: options.to, save: options.save }),
    );
  command("list", "lists stories, the oldest first")
    .addOption(
      new Option("--state <state>", "only those in one state; without it, unread and reading").choices([
        ...rowStates,
        "all",
      ]),
    )
    .option("--limit <n>", `at most so many, 1 to ${mostListed}`, wholeNumberFrom(1, mostListed), 200)
    .action((options: Common & { state?: RowState | "all"; limit: number }) =>
      ask({ ...common(options), command: "list", states: statesOf(options.state), limit: options.limit }),
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
    .option("--take-over", "also of a story another editor reads", false)
    .option("--reopen", "read a story again that was decided", false)
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
  command("stats", "counts the stories in each state and tells how long the oldest has waited").action(
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

/** An editor's name; it is shown to other editors. */
export function editorName(text: string): string {
  if (!/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,64}$/u.test(text) || text.trim() !== text)
    throw new InvalidArgumentError("It takes a name of 1 to 64 characters.");
  return text;
}
