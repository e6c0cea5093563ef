// A download by link: counted on the link and on the file, audited, all in one transaction. A link for k downloads gives
// exactly k, however many come at once.
import type { WebDependencies } from "../dependencies.ts";
import { download } from "../files/download.ts";
import { NotFound } from "../refusals.ts";
import { type Action, NotCommitted } from "../store/commit.ts";
import { enterLink, findLink, type LiveLink, refuseEnded } from "./enter-link.ts";

/**
 * The address of the file behind a token.
 * @throws NotFound, WrongPassword, TooManyAttempts
 */
export async function downloadByLink(
  deps: WebDependencies,
  token: string,
  presented: string,
): Promise<string> {
  const found = await findLink(deps, token, "file");
  const link = await enterLink(deps, found, presented);
  if (link.file === undefined) return refuseEnded(deps, found, presented);
  const who = { actor: `link:${link.id}`, actorName: "" };
  try {
    return await download(deps, link.file, who, [countUse(deps, link)]);
  } catch (error) {
    if (error instanceof NotCommitted || error instanceof NotFound)
      return refuseEnded(deps, found, presented);
    throw error;
  }
}

function countUse({ names, now }: WebDependencies, { id }: LiveLink): Action {
  return {
    Update: {
      TableName: names.tables.links,
      Key: { id },
      UpdateExpression: "SET lastUsedAt = :at ADD downloads :one",
      ConditionExpression:
        "attribute_exists(id) AND attribute_not_exists(revokedAt) AND expiresAt > :now" +
        " AND (attribute_not_exists(maxDownloads) OR downloads < maxDownloads)",
      ExpressionAttributeValues: {
        ":one": 1,
        ":at": new Date(now()).toISOString(),
        ":now": Math.floor(now() / 1000),
      },
    },
  };
}
