// Reads a stream record into the form that criteria use: the table, the event, and the item before and after as plain
// values.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { FleetError } from "../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";

/** An item as plain values. */
export type Item = Record<string, unknown>;

/** What happened to an item. Repeated changes and changes without a difference may occur. */
export type Change =
  | { event: "INSERT"; after: Item }
  | { event: "MODIFY"; before: Item; after: Item }
  | { event: "REMOVE"; before: Item };

/** The table of a change, by its name in `ResourceNames`. */
export type ChangedTable = keyof ResourceNames["tables"];

/** The record cannot be read, or does not belong to a table of this fleet. */
export class UnreadableRecord extends FleetError {
  override name = "UnreadableRecord";
}

const attributeValue = z.custom<AttributeValue>((value) => typeof value === "object" && value !== null);
const image = z.record(z.string(), attributeValue);

const recordSchema = z.object({
  eventName: z.enum(["INSERT", "MODIFY", "REMOVE"]),
  eventSourceARN: z.string(),
  dynamodb: z.object({
    Keys: image,
    SequenceNumber: z.string().min(1),
    NewImage: image.optional(),
    OldImage: image.optional(),
  }),
});

/** The content of a record. */
export type ReadRecord = { table: ChangedTable; change: Change };

const positionSchema = z.object({
  eventSourceARN: z.string().default(""),
  dynamodb: z.object({ SequenceNumber: z.string().min(1), Keys: z.unknown() }),
});

/** The position of a record in its stream, and its item. Works even for records that `readRecord` cannot read. */
export function positionOf(record: unknown): { sequenceNumber: string; item: string } | undefined {
  const read = positionSchema.safeParse(record).data;
  if (read === undefined) return undefined;
  const { SequenceNumber: sequenceNumber, Keys } = read.dynamodb;
  return { sequenceNumber, item: JSON.stringify([read.eventSourceARN, Keys]) };
}

/**
 * Reads a record of a Lambda event.
 * @throws UnreadableRecord with the reason
 */
export function readRecord(record: unknown, tables: ResourceNames["tables"]): ReadRecord {
  const read = recordSchema.safeParse(record);
  if (!read.success) throw new UnreadableRecord(`not a stream record: ${z.prettifyError(read.error)}`);
  const { eventName, eventSourceARN, dynamodb } = read.data;
  const table = tableOf(eventSourceARN, tables);
  const before = dynamodb.OldImage && toPlain(dynamodb.OldImage);
  const after = dynamodb.NewImage && toPlain(dynamodb.NewImage);
  if (eventName === "INSERT" && after) return { table, change: { event: eventName, after } };
  if (eventName === "MODIFY" && before && after)
    return { table, change: { event: eventName, before, after } };
  if (eventName === "REMOVE" && before) return { table, change: { event: eventName, before } };
  throw new UnreadableRecord(`${eventName} without its images: the stream must carry new and old images`);
}

/** `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL` (Lambda developer guide, DynamoDB event). */
function tableOf(streamArn: string, tables: ResourceNames["tables"]): ChangedTable {
  const name = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
  const keys = Object.keys(tables) as ChangedTable[];
  const table = keys.find((key) => tables[key] === name);
  if (table === undefined) throw new UnreadableRecord(`stream of another fleet's table: ${streamArn}`);
  return table;
}

function toPlain(attributes: z.infer<typeof image>): Item {
  try {
    return unmarshall(attributes);
  } catch (error) {
    throw new UnreadableRecord("an image is not made of attribute values", { cause: error });
  }
}
