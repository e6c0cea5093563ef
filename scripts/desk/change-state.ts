// Moves a submission from one state to another with one conditional write, so that of two editors only one succeeds. The row
// keeps who did it and when.
import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Effect } from "../../worker/engine/job/handler.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import { adviceFor, type DeskState, mayGo } from "./states.ts";
import { type Change, entriesIn, findStory, type Pile, readStory, type Story } from "./story.ts";

/** The story's state has changed or forbids the step, or another editor is reading the story. */
export class NotYours extends FleetError {}

/** Who acts, and when. */
export type Acting = { editor: string; now: () => number };

/** Options that permit steps that are otherwise refused. */
export type Allowed = { takeOver: boolean; reopen: boolean };

/**
 * Changes the state of a story.
 * @param also what is written in the same transaction
 * @throws NotYours when the step is not allowed, another editor is reading the story, or somebody changed it meanwhile
 */
export async function changeState(
  pile: Pile,
  story: Story,
  to: DeskState,
  acting: Acting,
  { takeOver, reopen }: Allowed,
  also: readonly Effect[] = [],
): Promise<Story> {
  const name = story.reference ?? story.id;
  const { state: from, editor = "nobody" } = story;
  if (!mayGo(from, to, { reopen })) {
    const advice = adviceFor(from).replace("REF", name);
    throw new NotYours(`${name} is ${from} and cannot become ${to}${advice && `; ${advice}`}`);
  }
  if (from === "reading" && editor !== acting.editor && !takeOver)
    throw new NotYours(`${name} is being read by ${editor}; --take-over takes it from them`);
  const changed = await write(pile, story.id, { from, to, seen: story.history.length, also }, acting);
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

type Step = { from: Change["from"]; to: DeskState; seen?: number; also?: readonly Effect[] };
type Written = { done: true; story: Story } | { done: false; story: Story | undefined };

/** Writes a step if the row is unchanged: same state and, where `seen` is given, the same length of its history. */
async function write(
  pile: Pile,
  id: string,
  { from, to, seen, also = [] }: Step,
  { editor, now }: Acting,
): Promise<Written> {
  const at = new Date(now()).toISOString();
  const change: Change = { from, to, by: editor, at, token: randomUUID() };
  const unchanged = seen === 0 ? "attribute_not_exists(history)" : "size(history) = :seen";
  const update = {
    TableName: pile.table,
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
  };
  return also.length === 0
    ? writeAlone(pile, update, change.token)
    : writeWith(pile, { update, also, id }, change.token);
}

type StateUpdate = NonNullable<Effect["Update"]>;

async function writeAlone({ db }: Pile, update: StateUpdate, token: string): Promise<Written> {
  const returns = { ReturnValues: "ALL_NEW", ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  try {
    const { Attributes } = await db.send(new UpdateCommand({ ...update, ...returns }));
    return { done: true, story: readStory(Attributes) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const story = error.Item && readStory(unmarshall(error.Item));
    // The answer to our first write was lost and the SDK wrote again: the step is done.
    if (story?.history.at(-1)?.token === token) return { done: true, story };
    return { done: false, story };
  }
}

/** Writes the step and other effects together, or nothing of them. The SDK's own token makes a repeated call one. */
async function writeWith(
  pile: Pile,
  { update, also, id }: { update: StateUpdate; also: readonly Effect[]; id: string },
  token: string,
): Promise<Written> {
  try {
    await pile.db.send(new TransactWriteCommand({ TransactItems: [{ Update: update }, ...also] }));
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
  }
  const story = await findStory(pile, { id });
  return { done: story.history.at(-1)?.token === token, story };
}
