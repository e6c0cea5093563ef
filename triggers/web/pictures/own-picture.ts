// One picture of a person: finds it, and deletes it.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { DeleteCommand, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { Conflict, NotFound } from "../refusals.ts";
import { isListed, type ListedPicture, type ReadyPicture, readPictureRow } from "./picture-row.ts";
import { anonymous, fromAddressPart } from "./places.ts";

/** Whether a person may see and delete an owner's pictures: their own, and an admin those that nobody signed in for. */
export function mayManage({ id, admin }: Pick<Visitor, "id" | "admin">, owner: string): boolean {
  return owner === id || (admin && owner === anonymous);
}

/** A picture by the id in its address. @throws NotFound */
export async function ownPicture(
  { db, names }: Pick<WebDependencies, "db" | "names">,
  visitor: Visitor,
  id: string,
): Promise<ListedPicture> {
  const key = fromAddressPart(id);
  if (key === undefined || key === "") throw new NotFound();
  const Key = { id: `${names.buckets.uploads}/${key}` };
  const { Item } = await db.send(
    new GetCommand({ TableName: names.tables.images, Key, ConsistentRead: true }),
  );
  const picture = readPictureRow(Item);
  if (!isListed(picture) || !mayManage(visitor, picture.owner)) throw new NotFound();
  return picture;
}

/** The same, if it can be looked at. @throws NotFound */
export async function ownReadyPicture(
  deps: Pick<WebDependencies, "db" | "names">,
  visitor: Visitor,
  id: string,
): Promise<ReadyPicture> {
  const picture = await ownPicture(deps, visitor, id);
  if (picture.state !== "ready") throw new NotFound();
  return picture;
}

/**
 * Deletes a picture. The result's object goes at once; its bucket announces that, and the job remove-picture takes the
 * picture out of its album. Until then the row says that it is deleted. Of a refused one nothing but row and upload is left.
 * @throws Conflict when the picture has just changed
 */
export async function deletePicture(
  { db, s3, names, now }: Pick<WebDependencies, "db" | "s3" | "names" | "now">,
  picture: ListedPicture,
): Promise<void> {
  const TableName = names.tables.images;
  const Key = { id: picture.id };
  if (picture.state === "refused") {
    await s3.send(new DeleteObjectCommand({ Bucket: names.buckets.uploads, Key: picture.key }));
    await changed(
      db.send(
        new DeleteCommand({
          TableName,
          Key,
          ConditionExpression: "#state = :refused",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":refused": "refused" },
        }),
      ),
    );
    return;
  }
  await s3.send(new DeleteObjectCommand({ Bucket: picture.resultBucket, Key: picture.resultKey }));
  await changed(
    db.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: "SET deletedAt = :at",
        ConditionExpression: "resultVersionId = :version",
        ExpressionAttributeValues: {
          ":at": new Date(now()).toISOString(),
          ":version": picture.resultVersionId,
        },
      }),
    ),
  );
}

async function changed(write: Promise<unknown>): Promise<void> {
  await write.catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    throw new Conflict("The picture has just changed. Reload the page and try again.");
  });
}
