// The leaderboard as pages show it. Reading the words said most takes 16 queries, so it is done once for everybody who looks,
// at most every ten seconds, and kept as one row. A view costs one store call.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { hourOf } from "../../../worker/jobs/words/hour-row.ts";
import { topWords, topWordsOfHour } from "../../../worker/jobs/words/leaderboard.ts";
import { type WordCount, wordKey } from "../../../worker/jobs/words/word-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { update } from "../store/commit.ts";

/** By all that was ever said, in this hour, or in the hour before. */
export const boardPeriods = ["total", "hour", "before"] as const;

export type BoardPeriod = (typeof boardPeriods)[number];

/** Words on the leaderboard. */
const shownWords = 20;

/** A longer word is kept up to one character more than a page shows, so that the page sees that it was cut. */
export const shownCharacters = 48;

const wordSchema = z.object({ key: z.string(), text: z.string(), count: z.number().int() });

/** A word on the board: its key, and as much of it as a page shows. */
export type BoardWord = z.infer<typeof wordSchema>;

const rowSchema = z.object({
  /** Epoch milliseconds; 0 while the first visitor makes the board. */
  madeAt: z.number().default(0),
  words: z.array(wordSchema).default([]),
});

const hourMs = 60 * 60 * 1000;

export const boardTimes = {
  /** A board is made anew when somebody looks and it is this old. */
  freshMs: 10_000,
  /** Whoever makes it has this long, while others are shown the one before. */
  makeMs: 5_000,
  /** Nobody is shown one that is older than this. */
  oldestMs: 60_000,
} as const;

type Reader = Pick<WebDependencies, "db" | "names" | "now">;

/**
 * The words said most in a period, at most ten seconds old where people keep looking. One store call, or, for one visitor in
 * ten seconds, that one, the 16 queries and two writes.
 */
export async function readBoard(deps: Reader, period: BoardPeriod): Promise<BoardWord[]> {
  const now = deps.now();
  const hour = period === "total" ? undefined : hourOf(period === "hour" ? now : now - hourMs);
  const board = hour ?? period;
  const { madeAt, words } = await readRow(deps, board);
  if (now - madeAt < boardTimes.freshMs) return words;
  const mine = await claim(deps, board, madeAt);
  if (!mine && now - madeAt < boardTimes.oldestMs) return words;
  const top = hour === undefined ? topWords(deps, shownWords) : topWordsOfHour(deps, hour, shownWords);
  const made = (await top).map(boardWord);
  if (mine) await keep(deps, board, made);
  return made;
}

function boardWord({ word, count }: WordCount): BoardWord {
  // A character has at most two units here.
  const characters = Array.from(word.slice(0, 2 * (shownCharacters + 1)));
  return { key: wordKey(word), text: characters.slice(0, shownCharacters + 1).join(""), count };
}

async function readRow({ db, names }: Reader, board: string) {
  const get = new GetCommand({ TableName: names.tables.wordBoards, Key: { board } });
  return rowSchema.parse((await db.send(get)).Item ?? {});
}

/** True for the one visitor who makes the board anew after it was made at `madeAt`. */
async function claim({ db, names, now }: Reader, board: string, madeAt: number): Promise<boolean> {
  try {
    await update(db, {
      TableName: names.tables.wordBoards,
      Key: { board },
      UpdateExpression: "SET makingUntil = :until, expiresAt = :end",
      ConditionExpression: `(attribute_not_exists(makingUntil) OR makingUntil <= :now) AND ${madeAt === 0 ? "attribute_not_exists(madeAt)" : "madeAt = :seen"}`,
      ExpressionAttributeValues: {
        ":until": now() + boardTimes.makeMs,
        ":end": endOf(now()),
        ":now": now(),
        ...(madeAt !== 0 && { ":seen": madeAt }),
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function keep({ db, names, now }: Reader, board: string, words: readonly BoardWord[]): Promise<void> {
  const Item = { board, words, madeAt: now(), expiresAt: endOf(now()) };
  await db.send(new PutCommand({ TableName: names.tables.wordBoards, Item }));
}

/** Boards that nobody looks at any more are forgotten after two hours. In epoch seconds. */
const endOf = (now: number): number => Math.ceil((now + 2 * hourMs) / 1000);
