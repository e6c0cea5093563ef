// Moves a submission from one state to another with one conditional write, so that of two editors only one succeeds. The row
// keeps who did it and when.
import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { FleetError } from "../../worker/fleet/errors.ts";
import { adviceFor, type DeskState, mayGo } from "./states.ts";
import { type Change, entriesIn, type Pile, readStory, type Story } from "./story.ts";

/** The story's state has changed or forbids the step, or another editor is reading the story. */
export class NotYours extends FleetError {}

/** Who acts, and when. */
export type Acting = { editor: string; now: () => number };

/** Options that permit steps that are otherwise refused. */
export type Allowed = { takeOver: boolean; reopen: boolean };

/**
 * Changes the state of a story.
 * @throws NotYours when the step is not allowed, another editor is reading the story, or somebody changed it meanwhile
 */
export async function changeState(
  pile: Pile,
  story: Story,
  to: DeskState,
  acting: Acting,
  { takeOver, reopen }: Allowed,
): Promise<Story> {
  const name = story.reference ?? story.id;
  const { state: from, editor = "nobody" } = story;
  if (!mayGo(from, to, { reopen })) {
    const advice = adviceFor(from).replace("REF", name);
    throw new NotYours(`${name} is ${from} and cannot become ${to}${advice && `; ${advice}`}`);
  }
  if (from === "reading" && editor !== acting.editor && !takeOver)
    throw new NotYours(`${name} is being read by ${editor}; --take-over takes it from them`);
  const changed = await write(pile, story.id, { from, to, seen: story.history.length }, acting);
  if (changed.done) return changed.story;
  const now = changed.story;
  const state = now === undefined ? "gone" : `${now.state}${now.editor ? ` by ${now.editor}` : ""}`;
  throw new NotYours(`${name} was changed meanwhile: it is ${state} now`);
}

/** Takes the oldest unread story for the editor; undefined when nothing is unread. */
export async function takeNext(pile: Pile, acting: Acting): Promise<Story | undefined> {
  for await (const { id } of entriesIn(pile, "unread")) {
    // The index lags behind the table, so the story may be taken already.
    const taken = await write(pile, id, { from: "unread", to: "reading" }, acting);
    if (taken.done) return taken.story;
  }
  return undefined;
}

type Step = { from: Change["from"]; to: DeskState; seen?: number };

/** Writes a step if the row is unchanged: same state and, where `seen` is given, the same length of its history. */
async function write(
  { db, table }: Pile,
  id: string,
  { from, to, seen }: Step,
  { editor, now }: Acting,
): Promise<{ done: true; story: Story } | { done: false; story: Story | undefined }> {
  const at = new Date(now()).toISOString();
  const change: Change = { from, to, by: editor, at, token: randomUUID() };
  const unchanged = seen === 0 ? "attribute_not_exists(history)" : "size(history) = :seen";
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    UpdateExpression:
      "SET #state = :to, editor = :editor, stateSince = :at, history = list_append(if_not_exists(history, :none), :change)",
    ConditionExpression: seen === undefined ? "#state = :from" : `#state = :from AND ${unchanged}`,
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: {
      ":from": from,
      ":to": to,
      ":editor": editor,
      ":at": at,
      ":none": [],
      ":change": [change],
      ...(seen !== undefined && seen > 0 && { ":seen": seen }),
    },
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    return { done: true, story: readStory((await db.send(update)).Attributes) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const story = error.Item && readStory(unmarshall(error.Item));
    // The answer to our first write was lost and the SDK wrote again: the step is done.
    if (story?.history.at(-1)?.token === change.token) return { done: true, story };
    return { done: false, story };
  }
}
