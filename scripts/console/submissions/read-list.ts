// The submissions in one state, the oldest first, page by page. One read of the index for a page, however many there are.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Masked } from "../../cli/mask.ts";
import type { RowState } from "../../desk/states.ts";
import { type Entry, readEntry } from "../../desk/story.ts";
import { shownTexts } from "../masking/reveal.ts";

/** Where submissions are. */
export type Pile = { db: DynamoDBDocumentClient; table: string };

/** Lines of a page. */
const pageSize = 50;

/** One page. */
export type SubmissionsPage = Masked<readonly Entry[]> & {
  /** Where the next page begins; undefined at the end. */
  next: string | undefined;
};

/** A cursor that no page of ours gave out. */
export class BadCursor extends Error {}

/** Reads a page. @throws BadCursor */
export async function readSubmissions(
  { db, table }: Pile,
  { state, after, reveal }: { state: RowState; after: string | undefined; reveal: boolean },
): Promise<SubmissionsPage> {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: table,
      IndexName: "byState",
      KeyConditionExpression: "#state = :state",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":state": state },
      ...(after !== undefined && { ExclusiveStartKey: keyOf(after, state) }),
      Limit: pageSize,
    }),
  );
  const entries = Items.map(readEntry);
  return { ...shownTexts(entries, reveal), next: LastEvaluatedKey && cursorOf(LastEvaluatedKey) };
}

const cursorOf = ({ id, receivedAt }: Record<string, unknown>): string => `${receivedAt}~${id}`;

function keyOf(cursor: string, state: RowState): Record<string, unknown> {
  const [, receivedAt, id] = /^([0-9TZ:.-]{20,30})~([0-9a-z/]{1,64})$/.exec(cursor) ?? [];
  if (receivedAt === undefined) throw new BadCursor("after: takes the cursor of a page");
  return { state, receivedAt, id };
}
