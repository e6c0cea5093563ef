// Records who gets an upload form. S3 knows only who signed the form, which is us, so the person is recorded when the form
// is issued and looked up when the object arrives. The owner is never taken from a key.
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ObjectEvent } from "./s3-events.ts";

/** An upload for which a form was issued. */
export type IssuedUpload = { bucket: string; key: string; owner: string };

/** Events may come late and are repeated for hours. The row is kept longer than that. */
const keepSeconds = 14 * 24 * 60 * 60;

const rowSchema = z.object({ owner: z.string().min(1) });

const idOf = ({ bucket, key }: Pick<IssuedUpload, "bucket" | "key">) => `${bucket}/${key}`;

/** Records the owner of a form. Call it before the form is issued. The key must belong to this form only. */
export async function recordUpload(
  { db, table, now }: { db: DynamoDBDocumentClient; table: string; now: () => number },
  upload: IssuedUpload,
): Promise<void> {
  const issuedAt = new Date(now()).toISOString();
  const expiresAt = Math.floor(now() / 1000) + keepSeconds;
  const Item = { id: idOf(upload), ...upload, issuedAt, expiresAt };
  await db.send(new PutCommand({ TableName: table, Item }));
}

/** Finds the owner of a created object; undefined when S3 does not name one. */
export type OwnerOf = (
  object: Pick<ObjectEvent, "bucket" | "key" | "owner" | "byForm">,
) => Promise<string | undefined>;

/** Makes the function that finds owners: the person who got the form, otherwise the principal that signed the request. */
export function ownerReader(db: DynamoDBDocumentClient, table: string): OwnerOf {
  return async (object) => {
    if (!object.byForm) return object.owner;
    return (await issuedOwner(db, table, object)) ?? object.owner;
  };
}

/** Whom an upload was issued to; undefined when it was issued to nobody. */
export async function issuedOwner(
  db: DynamoDBDocumentClient,
  table: string,
  object: Pick<ObjectEvent, "bucket" | "key">,
): Promise<string | undefined> {
  const get = new GetCommand({ TableName: table, Key: { id: idOf(object) }, ConsistentRead: true });
  const { Item } = await db.send(get);
  return rowSchema.safeParse(Item).data?.owner;
}
