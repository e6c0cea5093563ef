// Rows of uploads: written before an upload is issued, so that what arrives has an owner and a name.
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { incomingKey } from "../../../worker/jobs/files/rows/ids.ts";
import { type UploadRow, uploadId, uploadRowSchema } from "../../../worker/jobs/files/rows/upload-row.ts";
import type { WebDependencies } from "../dependencies.ts";

type Stores = Pick<WebDependencies, "db" | "names">;

/** The object that an upload becomes. */
export const targetOf = ({ names }: Pick<WebDependencies, "names">, fileId: string) => ({
  bucket: names.buckets.incoming,
  key: incomingKey(fileId),
});

/** Writes the row of a new upload. */
export async function putUpload({ db, names }: Stores, row: UploadRow): Promise<void> {
  const TableName = names.tables.uploads;
  await db.send(new PutCommand({ TableName, Item: row, ConditionExpression: "attribute_not_exists(id)" }));
}

/** Reads the row of an upload by its file's id. */
export async function readUpload(deps: Stores, fileId: string): Promise<UploadRow | undefined> {
  const Key = { id: uploadId(targetOf(deps, fileId)) };
  const get = new GetCommand({ TableName: deps.names.tables.uploads, Key, ConsistentRead: true });
  return uploadRowSchema.safeParse((await deps.db.send(get)).Item).data;
}

/** Marks an upload that has not arrived as cancelled: whatever arrives later is refused. Says whether it was so. */
export async function markCancelled({ db, names }: Stores, { id }: UploadRow): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: names.tables.uploads,
    Key: { id },
    UpdateExpression: "SET #state = :cancelled",
    ConditionExpression: "#state = :issued",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: { ":cancelled": "cancelled", ":issued": "issued" },
  });
  try {
    await db.send(update);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return false;
    throw error;
  }
}

/** S3 forgets the parts of an upload that is not completed after a day (bucketLifecycle). */
const unfinishedMs = 24 * 60 * 60 * 1000;

/** The most uploads that are listed. */
export const maxUnfinished = 200;

/** A person's uploads of the last day that are neither stored nor cancelled, the newest first. */
export async function unfinishedUploads(
  { db, names, now }: Stores & Pick<WebDependencies, "now">,
  owner: string,
): Promise<UploadRow[]> {
  const query = new QueryCommand({
    TableName: names.tables.uploads,
    IndexName: "byOwner",
    KeyConditionExpression: "#owner = :owner AND issuedAt > :since",
    FilterExpression:
      "attribute_exists(fileId) AND attribute_not_exists(requestId) AND #state IN (:issued, :refused)",
    ExpressionAttributeNames: { "#owner": "owner", "#state": "state" },
    ExpressionAttributeValues: {
      ":owner": owner,
      ":since": new Date(now() - unfinishedMs).toISOString(),
      ":issued": "issued",
      ":refused": "refused",
    },
    ScanIndexForward: false,
  });
  const { Items = [] } = await db.send(query);
  return Items.flatMap((item) => uploadRowSchema.safeParse(item).data ?? []).slice(0, maxUnfinished);
}
