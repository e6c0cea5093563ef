// The size that an operator asked for, for a time: one row beside that of the policy. It ends by itself, since every look
// compares its end with the clock; whoever asked for it need not be there.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** Longest time for which a size can be asked, minutes: a day. */
export const mostAskedMinutes = 24 * 60;

export const askedSizeSchema = z.object({
  instances: z.number().int().positive(),
  /** Epoch seconds. */
  until: z.number(),
  /** Who asked, and when, ISO 8601. */
  by: z.string(),
  at: z.string(),
});

export type AskedSize = z.infer<typeof askedSizeSchema>;

/** The key of its row; no fleet's name contains a slash. */
export const askedSizeKey = (fleet: string): { fleet: string } => ({ fleet: `${fleet}/asked` });

/** The size that is asked for now; undefined where none is. @param now epoch seconds */
export async function readAskedSize(
  db: DynamoDBDocumentClient,
  { table, fleet }: { table: string; fleet: string },
  now: number,
): Promise<AskedSize | undefined> {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: askedSizeKey(fleet), ConsistentRead: true }),
  );
  const asked = askedSizeSchema.safeParse(Item).data;
  return asked !== undefined && asked.until > now ? asked : undefined;
}
