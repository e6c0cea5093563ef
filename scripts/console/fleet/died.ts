// Why the last dead letters died: the evidence beside their number. One read for each kind that has some, of three kinds at most.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { recently } from "../../../triggers/shared/recently.ts";
import { readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { reasonOf } from "../../queues/dead/dead-letters.ts";
import type { QueueStatus } from "../../status/fleet-status.ts";
import { cut } from "../ui/cut.ts";

/** The reasons of the last dead letters of one kind, the most frequent first. */
export type Died = {
  kind: string;
  /** Letters that were looked at. */
  of: number;
  reasons: readonly { reason: string; count: number }[];
};

const [mostKinds, mostLetters, mostReasons, mostCharacters] = [3, 20, 3, 120] as const;

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

async function diedOf(db: DynamoDBDocumentClient, TableName: string, kind: string): Promise<Died> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      ...{ TableName, IndexName: "dead", Limit: mostLetters, ScanIndexForward: false },
      KeyConditionExpression: "deadKind = :kind",
      ExpressionAttributeValues: { ":kind": kind },
    }),
  );
  const reasons = Items.flatMap((item) => reasonOf(readJobRow(item)) ?? []).map(oneLine);
  const counts = [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, same]) => ({ reason, count: same.length }))
    .sort((a, b) => b.count - a.count);
  return { kind, of: reasons.length, reasons: counts.slice(0, mostReasons) };
}

/** A reason as one line: some are texts of many lines. */
const oneLine = (reason: string): string => cut(reason.replaceAll(/\s+/g, " ").trim(), mostCharacters);
