// Who a form for an upload was given to. S3 knows only who signed the form, which is us, so the person is written down
// when the form is issued, and read when the object has come. Keys are never asked for a name.
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ObjectEvent } from "./s3-events.ts";

/** An upload somebody was given a form for. */
export type IssuedUpload = { bucket: string; key: string; owner: string };

/** Events may come late and are repeated for hours; the row outlives that. */
const keepSeconds = 14 * 24 * 60 * 60;

const rowSchema = z.object({ owner: z.string().min(1) });

const idOf = ({ bucket, key }: Pick<IssuedUpload, "bucket" | "key">) => `${bucket}/${key}`;

/** Writes down whom a form is for. Belongs before the form is handed out; the key must be of this form only. */
export async function recordUpload(
  { db, table, now }: { db: DynamoDBDocumentClient; table: string; now: () => number },
  upload: IssuedUpload,
): Promise<void> {
  const issuedAt = new Date(now()).toISOString();
  const expiresAt = Math.floor(now() / 1000) + keepSeconds;
  const Item = { id: idOf(upload), ...upload, issuedAt, expiresAt };
  await db.send(new PutCommand({ TableName: table, Item }));
}

/** Finds the owner of an object that was created; undefined where S3 does not tell who did it. */
export type OwnerOf = (
  object: Pick<ObjectEvent, "bucket" | "key" | "owner" | "byForm">,
) => Promise<string | undefined>;

/** The person a form was issued to, or else the principal: who signs a form himself is its owner. */
export function ownerReader(db: DynamoDBDocumentClient, table: string): OwnerOf {
  return async (object) => {
    if (!object.byForm) return object.owner;
    const get = new GetCommand({ TableName: table, Key: { id: idOf(object) }, ConsistentRead: true });
    const { Item } = await db.send(get);
    return rowSchema.safeParse(Item).data?.owner ?? object.owner;
  };
}
