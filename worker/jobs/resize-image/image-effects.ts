// What a job does to the picture's row and its album, as effects of the ledger's one transaction. Every effect is tied
// to the row as the job saw it, so two jobs of one key can never both act on the same state. In whatever order the
// versions of a key are done, the row ends the same: newest accepted version, and a note of a newer refused one.
import type { Effect, JobContext } from "../handler.ts";
import { type ImageRow, imageRowId, type ResizePayload } from "./image-row.ts";
import { contentTypes } from "./picture-format.ts";
import type { Refusal } from "./refusals.ts";
import { sortableSequencer } from "./sequencer.ts";
import type { StoredPicture } from "./store-results.ts";

/** The album of a picture is its key's folder; without one, the owner's default album. */
export function albumOf(key: string): string {
  const end = key.lastIndexOf("/");
  return end > 0 ? key.slice(0, end) : "default";
}

/** What a finished run has to tell: its pictures, the first of which the row speaks of, and what it read. */
export type ReadyOutcome = {
  pictures: readonly [StoredPicture, ...StoredPicture[]];
  source: { bytes: number; sha256: string };
};

/** The row becomes `ready`, and the album counts the picture if it did not before. */
export function readyEffects(
  payload: ResizePayload,
  context: JobContext,
  seen: ImageRow | undefined,
  { pictures, source }: ReadyOutcome,
): Effect[] {
  const written = identity(payload, context);
  const newerRefusal = seen?.refusal && seen.refusal.sequencer > written.sequencer ? seen.refusal : undefined;
  const [{ picture, stored }] = pictures;
  const { format, ...shown } = picture;
  const Item = {
    ...written,
    ...shown,
    state: "ready",
    jobId: context.jobId,
    contentType: contentTypes[format],
    resultBucket: stored.bucket,
    resultKey: stored.key,
    resultVersionId: stored.versionId,
    results: Object.fromEntries(pictures.map(({ variant, stored: place }) => [variant.name, place])),
    sourceBytes: source.bytes,
    sourceSha256: source.sha256,
    ...(newerRefusal && { refusal: newerRefusal }),
  };
  const row = { Put: { TableName: context.names.tables.images, Item, ...unchangedSince(seen) } };
  return seen?.state === "ready" ? [row] : [row, countInAlbum(payload, context)];
}

/**
 * The refusal, for the person to see. A picture that is shown already stays, with the refusal of its newer version as
 * a note; otherwise the row becomes `refused`. Older refusals than the one known change nothing.
 */
export function refusedEffects(
  payload: ResizePayload,
  context: JobContext,
  seen: ImageRow | undefined,
  { code, reason }: Refusal,
): Effect[] {
  const written = identity(payload, context);
  if (seen?.refusal && seen.refusal.sequencer > written.sequencer) return [];
  const { versionId, sequencer, createdAt: at, writtenBy } = written;
  const refusal = { versionId, sequencer, code, reason, at };
  const TableName = context.names.tables.images;
  if (seen?.state !== "ready") {
    const Item = { ...written, state: "refused", code, reason, refusal };
    return [{ Put: { TableName, Item, ...unchangedSince(seen) } }];
  }
  return [
    {
      Update: {
        TableName,
        Key: { id: written.id },
        UpdateExpression: "SET refusal = :refusal, writtenBy = :writer",
        ConditionExpression: "writtenBy = :seen",
        ExpressionAttributeValues: { ":refusal": refusal, ":writer": writtenBy, ":seen": seen.writtenBy },
      },
    },
  ];
}

function identity(payload: ResizePayload, { jobId, now }: JobContext) {
  const { bucket, key, versionId, sequencer, owner = "unknown" } = payload;
  return {
    id: imageRowId(payload),
    bucket,
    key,
    owner,
    album: albumOf(key),
    versionId,
    sequencer: sortableSequencer(sequencer),
    createdAt: new Date(now()).toISOString(),
    writtenBy: jobId,
  };
}

function unchangedSince(seen: ImageRow | undefined) {
  return seen
    ? { ConditionExpression: "writtenBy = :seen", ExpressionAttributeValues: { ":seen": seen.writtenBy } }
    : { ConditionExpression: "attribute_not_exists(id)" };
}

function countInAlbum({ key }: ResizePayload, { names, now }: JobContext): Effect {
  return {
    Update: {
      TableName: names.tables.albums,
      Key: { album: albumOf(key) },
      UpdateExpression: "SET updatedAt = :at ADD pictures :one",
      ExpressionAttributeValues: { ":at": new Date(now()).toISOString(), ":one": 1 },
    },
  };
}
