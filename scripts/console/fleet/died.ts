// Why the last dead letters died: the evidence beside their number. One read for each kind that has some, of three kinds at most.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { recently } from "../../../triggers/shared/recently.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { QueueStatus } from "../../status/fleet-status.ts";

/** The reasons of the last dead letters of one kind, the most frequent first. */
export type Died = {
  kind: string;
  /** Letters that were looked at. */
  of: number;
  reasons: readonly { reason: string; count: number }[];
};

const [mostKinds, mostLetters, mostReasons, longestReason] = [3, 20, 3, 120] as const;

type DiedOptions = {
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  kinds: readonly string[];
  /** How long open pages share a read, milliseconds. */
  shareMs: number;
};

/** Makes what reads them of the first three of the queues that have dead letters. */
export function diedReader({ db, names, kinds, shareMs }: DiedOptions) {
  const ofKind = new Map(
    kinds.map((kind) => [kind, recently(shareMs, Date.now, () => diedOf(db, names.tables.jobs, kind))]),
  );
  return async (queues: readonly QueueStatus[]): Promise<Died[]> => {
    const kinds = queues.filter(({ dead }) => dead > 0).map(({ kind }) => kind);
    const all = await Promise.all(kinds.slice(0, mostKinds).map((kind) => ofKind.get(kind)?.()));
    return all.filter((died) => died !== undefined).filter(({ of }) => of > 0);
  };
}

const rowSchema = z.object({ cause: z.string().default("no reason was noted") });

async function diedOf(db: DynamoDBDocumentClient, TableName: string, kind: string): Promise<Died> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      ...{ TableName, IndexName: "dead", Limit: mostLetters, ScanIndexForward: false },
      KeyConditionExpression: "deadKind = :kind",
      ExpressionAttributeValues: { ":kind": kind },
    }),
  );
  const reasons = Items.map((row) => oneLine(rowSchema.parse(row).cause));
  const counts = [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, same]) => ({ reason, count: same.length }))
    .sort((a, b) => b.count - a.count);
  return { kind, of: Items.length, reasons: counts.slice(0, mostReasons) };
}

/** A cause as one line: some are texts of many lines. */
function oneLine(cause: string): string {
  const line = cause.replaceAll(/\s+/g, " ").trim();
  return line.length > longestReason ? `${line.slice(0, longestReason - 1)}…` : line;
}
