// Rows of uploads: written before an upload is issued, so that what arrives has an owner and a name.
import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { releaseRoom } from "../../../worker/jobs/files/rows/effects.ts";
import { incomingKey } from "../../../worker/jobs/files/rows/ids.ts";
import { longestUploadMs } from "../../../worker/jobs/files/rows/quota-row.ts";
import { type UploadRow, uploadId, uploadRowSchema } from "../../../worker/jobs/files/rows/upload-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { type Action, commit, NotCommitted } from "../store/commit.ts";
import { releaseAnswer } from "./keep-room.ts";

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

/**
 * Marks an upload that has not arrived as cancelled: whatever arrives later is refused, and its room is free. Says whether it
 * was so.
 */
export async function markCancelled({ db, names }: Stores, upload: UploadRow): Promise<boolean> {
  const cancel: Action = {
    Update: {
      TableName: names.tables.uploads,
      Key: { id: upload.id },
      UpdateExpression: "SET #state = :cancelled REMOVE listedFor",
      ConditionExpression: "#state = :issued",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":cancelled": "cancelled", ":issued": "issued" },
    },
  };
  const release = releaseRoom(names, upload.owner, upload);
  try {
    await commit(db, [cancel, release]);
  } catch (error) {
    if (error instanceof NotCommitted) return false;
    throw error;
  }
  if (upload.requestId !== undefined) await releaseAnswer({ db, names }, upload.requestId, upload);
  return true;
}

/** The most uploads that are listed. */
export const maxUnfinished = 200;

/** A person's uploads of the last day that are neither stored nor cancelled, the newest first. */
export async function unfinishedUploads(
  { db, names, now }: Stores & Pick<WebDependencies, "now">,
  owner: string,
): Promise<UploadRow[]> {
  const query = new QueryCommand({
    TableName: names.tables.uploads,
    IndexName: "listed",
    KeyConditionExpression: "listedFor = :owner AND issuedAt > :since",
    ExpressionAttributeValues: {
      ":owner": owner,
      ":since": new Date(now() - longestUploadMs).toISOString(),
    },
    ScanIndexForward: false,
    Limit: maxUnfinished,
  });
  const { Items = [] } = await db.send(query);
  return Items.flatMap((item) => uploadRowSchema.safeParse(item).data ?? []);
}
