// What a job does to the picture's row and its album, as effects of the ledger's transaction. Every effect is conditional
// on the row that the job read, so two jobs of one key never both act on the same state. The final row does not depend on
// the order of the jobs: it holds the newest accepted version, and a note of a newer version that was refused.
import type { ComputedEffects, Effect, JobContext } from "../../../engine/job/handler.ts";
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { albumOf, pictureName } from "../albums/album.ts";
import { joinAlbum, leaveAlbum } from "../albums/album-effects.ts";
import type { Note } from "./child/contract.ts";
import type { ImageRow, ResizePayload } from "./image-row.ts";
import { imageRowId } from "./image-row-id.ts";
import { contentTypes } from "./picture-format.ts";
import { ResultChanged } from "./result-object.ts";
import { sortableSequencer } from "./sequencer.ts";
import type { StoredPicture } from "./store-results.ts";

/** The outcome of a finished run. The row describes the first picture; `source` is the upload that was read. */
export type ReadyOutcome = {
  pictures: readonly [StoredPicture, ...StoredPicture[]];
  source: { bytes: number };
  /** What of the upload is not in the result. */
  notes: readonly Note[];
};

/**
 * The row becomes `ready`, and the picture joins its album unless it is in it already. Recomputed when the album has
 * changed in the meantime.
 * @throws ResultChanged when the row has changed since the job read it
 */
export function readyEffects(
  payload: ResizePayload,
  context: JobContext,
  seen: ImageRow | undefined,
  outcome: ReadyOutcome,
): ComputedEffects {
  const written = identity(payload, context);
  const { album, id: imageId } = written;
  const before = seen?.state === "ready" ? seen : undefined;
  return async (refused) => {
    // The row itself has changed, so the next run must compare its result with the new row.
    if (refused === 0) throw new ResultChanged(undefined);
    const row = (ordinal: number): Effect => {
      const Item = { ...readyItem(context, seen, outcome, written), ordinal };
      return { Put: { TableName: context.names.tables.images, Item, ...unchangedSince(seen) } };
    };
    if (before?.album === album) return [row(before.ordinal)];
    const left = before ? await leaveAlbum(before, context) : [];
    const joining = { album, imageId, name: pictureName(payload.key), owner: written.owner };
    const { ordinal, effects } = await joinAlbum(joining, context);
    return [row(ordinal), ...left, ...effects];
  };
}

function readyItem(
  { jobId }: JobContext,
  seen: ImageRow | undefined,
  { pictures, source, notes }: ReadyOutcome,
  written: ReturnType<typeof identity>,
) {
  const newerRefusal = seen?.refusal && seen.refusal.sequencer > written.sequencer ? seen.refusal : undefined;
  const [{ picture, stored }] = pictures;
  const { format, ...shown } = picture;
  return {
    ...written,
    ...shown,
    state: "ready",
    jobId,
    contentType: contentTypes[format],
    resultBucket: stored.bucket,
    resultKey: stored.key,
    resultVersionId: stored.versionId,
    results: Object.fromEntries(pictures.map(({ variant, stored: place }) => [variant.name, place])),
    sourceBytes: source.bytes,
    ...(notes.length > 0 && { notes }),
    ...(newerRefusal && { refusal: newerRefusal }),
  };
}

/**
 * Records the refusal for the person to see. A picture that is already shown stays, with the refusal of its newer version
 * as a note; otherwise the row becomes `refused`. A refusal older than the recorded one changes nothing.
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

/** The row becomes `removed`, and the picture leaves its album. @throws ResultChanged when the row has changed */
export function removedEffects(
  seen: Extract<ImageRow, { state: "ready" }>,
  context: Pick<JobContext, "db" | "names" | "now" | "jobId">,
): ComputedEffects {
  const { names, jobId, now } = context;
  return async (refused) => {
    if (refused === 0) throw new ResultChanged(undefined);
    const row: Effect = {
      Update: {
        TableName: names.tables.images,
        Key: { id: seen.id },
        UpdateExpression: "SET #state = :removed, removedAt = :at, writtenBy = :writer",
        ConditionExpression: "writtenBy = :seen",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":removed": "removed",
          ":at": new Date(now()).toISOString(),
          ":writer": jobId,
          ":seen": seen.writtenBy,
        },
      },
    };
    return [row, ...(await leaveAlbum(seen, context))];
  };
}

function identity(payload: ResizePayload, { jobId, now }: JobContext) {
  const { bucket, key, versionId, sequencer, owner = "unknown" } = payload;
  return {
    id: imageRowId(payload),
    bucket,
    key,
    owner,
    album: albumOf(key, owner),
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
