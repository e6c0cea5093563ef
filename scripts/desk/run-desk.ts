// One run of `npm run desk`: arguments, the fleet, one subcommand, exit code.
import { join } from "node:path";
import { FleetError, InvalidSettings } from "../../worker/fleet/errors.ts";
import { exitCodes, runCommand } from "../../worker/process/command.ts";
import { type Fleet, withFleet } from "../cli/fleet.ts";
import { duration } from "../cli/format.ts";
import { type Asked, editorName, readArguments } from "./arguments.ts";
import { changeState, takeNext } from "./change-state.ts";
import { show } from "./pager.ts";
import { readText } from "./read-text.ts";
import { type SavedPart, saveParts } from "./save-parts.ts";
import { rowStates } from "./states.ts";
import { countIn, type Entry, entriesIn, findStory, isWithheld, type Pile, type Story } from "./story.ts";
import { listView, savedView, storyView } from "./views.ts";

/** Where a command reads and writes. */
export type DeskEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WritableStream & { isTTY?: boolean; rows?: number; columns?: number };
  stderr: NodeJS.WritableStream;
  /** The name of this machine's user. */
  user: () => string;
};

/** Runs the command and returns its exit code. */
export function runDesk(args: readonly string[], environment: DeskEnvironment): Promise<number> {
  const run = async () => {
    const asked = readArguments(args, environment);
    await withFleet(environment.env, asked, (fleet) => runSubcommand(asked, fleet, environment));
    return exitCodes.done;
  };
  return runCommand("desk", run, environment);
}

/** What every subcommand works with. */
type Desk = DeskEnvironment & { asked: Asked; target: Fleet; pile: Pile };

async function runSubcommand(asked: Asked, target: Fleet, environment: DeskEnvironment): Promise<void> {
  const pile = { db: target.db, table: target.names.tables.submissions };
  const desk: Desk = { ...environment, asked, target, pile };
  switch (asked.command) {
    case "next":
      return await next(desk, asked);
    case "list":
      return await list(desk, asked);
    case "show":
      return await tell(desk, await findStory(pile, asked.story));
    case "fetch":
      return await fetchParts(desk, await findStory(pile, asked.story), asked.to);
    case "state": {
      const story = await findStory(pile, asked.story);
      const changed = await changeState(pile, story, asked.state, actingOf(desk), asked);
      const { reference, id, state, editor } = changed;
      return print(desk, { ...changed }, `${reference ?? id} is ${state}, ${editor}`);
    }
    case "stats":
      return await stats(desk);
  }
}

async function next(desk: Desk, { to, save }: Extract<Asked, { command: "next" }>): Promise<void> {
  const story = await takeNext(desk.pile, actingOf(desk));
  if (story === undefined) return void desk.stderr.write("desk: nothing is unread\n");
  if (!save) return await tell(desk, story);
  const folder = folderFor(story, to);
  const saved = await saveParts(desk.target.s3, story, folder).catch((cause: unknown) => {
    // Nobody else gets this story now, so the editor must know that it is theirs.
    throw new FleetError(`${story.reference} is yours now, but was not saved: ${textOf(cause)}`, { cause });
  });
  await tell(desk, story, { folder, saved });
}

async function list(
  desk: Desk,
  { states, withheld, limit }: Extract<Asked, { command: "list" }>,
): Promise<void> {
  const entries: Entry[] = [];
  for (const state of states)
    for await (const entry of entriesIn(desk.pile, state, withheld)) {
      entries.push(entry);
      if (entries.length > limit) break;
    }
  const shown = entries.slice(0, limit);
  if (desk.asked.json) for (const entry of shown) print(desk, { ...entry, withheld: isWithheld(entry) }, "");
  else if (shown.length > 0) await show(listView(shown, widthOf(desk)), readerOf(desk));
  else desk.stderr.write("desk: no stories\n");
  if (entries.length > limit) desk.stderr.write(`desk: there are more than ${limit}; see --limit\n`);
}

async function fetchParts(desk: Desk, story: Story, to: string | undefined): Promise<void> {
  const folder = folderFor(story, to);
  const saved = await saveParts(desk.target.s3, story, folder);
  print(desk, { ...story, folder, saved }, savedView(saved, folder));
}

async function stats(desk: Desk): Promise<void> {
  const states: Record<string, number> = {};
  for (const state of rowStates) states[state] = await countIn(desk.pile, state);
  const { value: first } = await entriesIn(desk.pile, "unread").next();
  const oldest: Entry | undefined = first;
  const ageSeconds = oldest && Math.max(0, Math.round((Date.now() - Date.parse(oldest.receivedAt)) / 1000));
  const oldestUnread = oldest
    ? { reference: oldest.reference, receivedAt: oldest.receivedAt, ageSeconds }
    : null;
  const lines = Object.entries(states).map(
    ([state, count]) => `${state.padEnd(10)}${String(count).padStart(7)}`,
  );
  if (oldest) lines.push(`oldest unread: ${oldest.reference}, received ${duration(ageSeconds ?? 0)} ago`);
  print(desk, { states, oldestUnread }, lines.join("\n"));
}

/** Shows a story, and where it was saved. */
async function tell(
  desk: Desk,
  story: Story,
  saved: { folder?: string; saved?: readonly SavedPart[] } = {},
): Promise<void> {
  if (desk.asked.json) return print(desk, { ...story, withheld: isWithheld(story), ...saved }, "");
  const text = await readText(desk.target.s3, story);
  await show(storyView(story, { ...saved, text, width: widthOf(desk) }), readerOf(desk));
}

function print({ asked, stdout }: Desk, value: object, words: string): void {
  stdout.write(asked.json ? `${JSON.stringify({ v: 1, ...value })}\n` : `${words}\n`);
}

const folderFor = ({ reference, id }: Story, to: string | undefined): string =>
  to ?? join("stories", reference ?? id.replaceAll("/", "-"));

const readerOf = ({ stdout, env, asked }: Desk) => ({ stdout, env, pager: asked.pager });

/** 120 columns where the output is no terminal. */
const widthOf = ({ stdout }: Desk): number => Math.max(60, stdout.columns ?? 120);

function actingOf({ asked, user }: Desk): { editor: string; now: () => number } {
  try {
    return { editor: asked.as ?? editorName(user()), now: Date.now };
  } catch {
    throw new InvalidSettings(["your user name is unknown; give the editor with --as NAME"]);
  }
}

function textOf(error: unknown): string {
  if (error instanceof FleetError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
