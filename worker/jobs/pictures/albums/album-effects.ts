// A picture joins or leaves an album, as effects of the transaction that commits the job. Both are conditional on the
// album as it was read, so its numbers are exact and every picture has its own place. The slower of two jobs reads the
// album again and computes its effects again. The entries record which pictures an album held at each revision.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { type AlbumNumbers, afterJoin, afterLeave, albumRowSchema, emptyAlbum } from "./album.ts";
import { ordinalText } from "./album-entry.ts";

type Tables = Pick<JobContext, "db" | "names" | "now">;

/** A picture that joins. `imageId` is the id of its row, `name` is its name for people, `owner` whose it is. */
export type JoiningPicture = { album: string; imageId: string; name: string; owner: string };

/** A picture joins its album. `ordinal` is its place: the album's revision after the join. */
export async function joinAlbum(
  { album, imageId, name, owner }: JoiningPicture,
  context: Tables,
): Promise<{ ordinal: number; effects: Effect[] }> {
  const before = await readAlbum(album, context);
  const after = afterJoin(before);
  const { albumPictures: TableName } = context.names.tables;
  const Item = { album, ordinal: ordinalText(after.revision), imageId, name, joinedAt: isoNow(context) };
  return {
    ordinal: after.revision,
    effects: [
      changeAlbum(album, before, after, context, owner),
      { Put: { TableName, Item, ConditionExpression: "attribute_not_exists(album)" } },
    ],
  };
}

/** A picture leaves its album. Its entry stays and records the revision at which it left. */
export async function leaveAlbum(
  { album, ordinal }: { album: string; ordinal: number },
  context: Tables,
): Promise<Effect[]> {
  const before = await readAlbum(album, context);
  const after = afterLeave(before);
  const entry: Effect = {
    Update: {
      TableName: context.names.tables.albumPictures,
      Key: { album, ordinal: ordinalText(ordinal) },
      UpdateExpression: "SET leftAt = :at, leftAtRevision = :revision",
      ConditionExpression: "attribute_exists(album) AND attribute_not_exists(leftAtRevision)",
      ExpressionAttributeValues: { ":at": isoNow(context), ":revision": after.revision },
    },
  };
  return [changeAlbum(album, before, after, context), entry];
}

async function readAlbum(album: string, { db, names }: Tables): Promise<AlbumNumbers> {
  const get = new GetCommand({ TableName: names.tables.albums, Key: { album }, ConsistentRead: true });
  const { Item } = await db.send(get);
  return Item ? albumRowSchema.parse(Item) : emptyAlbum;
}

/** @param joins the owner of a picture that joins; an album belongs to the owner of its first picture */
function changeAlbum(
  album: string,
  before: AlbumNumbers,
  after: AlbumNumbers,
  context: Tables,
  joins?: string,
): Effect {
  const isNew = before.revision === 0;
  const belongs = joins === undefined ? "" : ", #owner = if_not_exists(#owner, :owner)";
  return {
    Update: {
      TableName: context.names.tables.albums,
      Key: { album },
      UpdateExpression: `SET pictures = :pictures, peak = :peak, revision = :revision, updatedAt = :at${belongs}`,
      ...(joins !== undefined && { ExpressionAttributeNames: { "#owner": "owner" } }),
      ConditionExpression: isNew ? "attribute_not_exists(album)" : "revision = :seen",
      ExpressionAttributeValues: {
        ":pictures": after.pictures,
        ":peak": after.peak,
        ":revision": after.revision,
        ":at": isoNow(context),
        ...(joins !== undefined && { ":owner": joins }),
        ...(!isNew && { ":seen": before.revision }),
      },
    },
  };
}

const isoNow = ({ now }: Tables) => new Date(now()).toISOString();
