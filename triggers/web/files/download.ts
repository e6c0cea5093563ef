// Downloads: counted and audited before the redirect, by an address of S3 that is valid for a minute and never longer than
// the file. What a person uploaded is never served by the pages themselves.
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { create as contentDisposition } from "content-disposition";
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { audited } from "../../../worker/jobs/files/rows/effects.ts";
import type { FileRow } from "../../../worker/jobs/files/rows/file-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";
import { type Action, commit, NotCommitted } from "../store/commit.ts";

/** How long a download's address can be used. */
export const downloadSeconds = 60;

/** How long a preview's address can be used: as long as a page is likely to be looked at. */
const previewSeconds = 600;

/** Who downloads: a person, or an outsider by a link. */
export type Downloader = Pick<AuditedAction, "actor" | "actorName">;

/**
 * Counts and audits a download, together with `more`, and answers the address.
 * @throws NotFound when the file has ended meanwhile
 * @throws NotCommitted when one of `more` is refused; its positions are those in `more`
 */
export async function download(
  deps: WebDependencies,
  file: FileRow,
  who: Downloader,
  more: readonly Action[] = [],
): Promise<string> {
  const action = { ...who, action: "download" as const, ...fileOf(file) };
  const row = audited(deps.names, action, deps.now(), deps.random(9).toString("base64url"));
  try {
    await commit(deps.db, [...more, countDownload(deps, file), row]);
  } catch (error) {
    if (error instanceof NotCommitted && error.refused.every((index) => index >= more.length))
      throw new NotFound();
    throw error;
  }
  return downloadAddress(deps, file);
}

/** What an audit row says of a file. */
export const fileOf = ({ id, name, owner }: FileRow) => ({ fileId: id, fileName: name, owner });

/** A counter that no other change depends on, so the row's version stays. */
function countDownload({ names, now }: WebDependencies, { id }: FileRow): Action {
  return {
    Update: {
      TableName: names.tables.files,
      Key: { id },
      UpdateExpression: "ADD downloads :one",
      ConditionExpression: "#state = :ready AND expiresAt > :now",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":one": 1, ":ready": "ready", ":now": new Date(now()).toISOString() },
    },
  };
}

/** @throws NotFound when less than a second is left */
async function downloadAddress({ s3, now }: WebDependencies, file: FileRow): Promise<string> {
  const get = new GetObjectCommand({
    Bucket: file.bucket,
    Key: file.key,
    VersionId: file.versionId,
    ResponseContentDisposition: contentDisposition(file.name),
    ResponseContentType: "application/octet-stream",
    ResponseCacheControl: "private, no-store",
  });
  return getSignedUrl(s3, get, { expiresIn: secondsFor(file, downloadSeconds, now()) });
}

/** The address of a file's preview, a picture that we have made ourselves; undefined for a file without one. */
export async function previewAddress(
  { s3, now }: Pick<WebDependencies, "s3" | "now">,
  file: FileRow,
): Promise<string | undefined> {
  const { preview, bucket: Bucket } = file;
  if (preview === undefined) return undefined;
  const { key: Key, versionId: VersionId, contentType: ResponseContentType } = preview;
  const get = new GetObjectCommand({ Bucket, Key, VersionId, ResponseContentType });
  return getSignedUrl(s3, get, { expiresIn: secondsFor(file, previewSeconds, now()) });
}

function secondsFor({ expiresAt }: FileRow, most: number, now: number): number {
  const left = Math.floor((Date.parse(expiresAt) - now) / 1000);
  if (left < 1) throw new NotFound();
  return Math.min(most, left);
}
