// Issues an upload: checks size and quota, writes the row, and only then gives out an address.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { audited } from "../../../worker/jobs/files/rows/effects.ts";
import { idBytes, idFrom } from "../../../worker/jobs/files/rows/ids.ts";
import {
  type Announced,
  emptyQuota,
  type QuotaRow,
  quotaRowSchema,
} from "../../../worker/jobs/files/rows/quota-row.ts";
import { keepUploadSeconds, type UploadRow, uploadId } from "../../../worker/jobs/files/rows/upload-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { Refused } from "../refusals.ts";
import { commit } from "../store/commit.ts";
import { limitsOf } from "../store/limits.ts";
import { sizeText } from "../store/words.ts";
import { keepRoom, releaseKept } from "./keep-room.ts";
import { beginMultipart, formFor, maxFormBytes, partBytesOf } from "./transfer.ts";
import { putUpload, targetOf } from "./upload-store.ts";

/** For whom an upload is: the person who sends it, or the person who asked for it. */
export type Recipient = { owner: string; ownerName: string; requestId?: string; from?: string };

/** What someone wants to send. */
export type UploadWish = { name: string; folder: string; bytes: number; hours: number };

/** How to send it. */
export type IssuedUpload =
  | { id: string; kind: "form"; url: string; fields: Record<string, string> }
  | { id: string; kind: "multipart"; partBytes: number; parts: number };

/** Reads what a person keeps. */
export async function readQuota(
  { db, names }: Pick<WebDependencies, "db" | "names">,
  person: string,
): Promise<QuotaRow> {
  const get = new GetCommand({ TableName: names.tables.quotas, Key: { person }, ConsistentRead: true });
  return quotaRowSchema.safeParse((await db.send(get)).Item).data ?? emptyQuota(person);
}

/** The file is larger than any file may be. */
export class FileTooLarge extends Refused {
  constructor(maxBytes: number) {
    super(413, "file-too-large", `The file is too large: at most ${sizeText(maxBytes)} are taken.`, "bytes");
  }
}

/** There is no room for the file beside what is there and what is on its way. The job that stores it checks this again. */
export class QuotaExceeded extends Refused {
  constructor(quotaBytes: number) {
    const text = `There is no room for this file: all files together may take ${sizeText(quotaBytes)}. Delete some first.`;
    super(422, "quota-exceeded", text, "bytes");
  }
}

/**
 * Issues an upload.
 * @throws FileTooLarge, QuotaExceeded, both audited
 */
export async function issueUpload(
  deps: WebDependencies,
  recipient: Recipient,
  wish: UploadWish,
): Promise<IssuedUpload> {
  const announced = { bytes: wish.bytes, issuedAt: new Date(deps.now()).toISOString() };
  await takeRoom(deps, recipient, wish, announced);
  try {
    return await issue(deps, recipient, wish, announced);
  } catch (error) {
    await releaseKept(deps, recipient.owner, announced);
    throw error;
  }
}

async function issue(
  deps: WebDependencies,
  recipient: Recipient,
  wish: UploadWish,
  announced: Announced,
): Promise<IssuedUpload> {
  const id = idFrom(deps.random(idBytes));
  const target = targetOf(deps, id);
  const large = wish.bytes > maxFormBytes;
  const multipartId = large ? await beginMultipart(deps.s3, target) : undefined;
  await putUpload(deps, uploadRow(deps, recipient, wish, { id, multipartId, announced }));
  if (!large) return { id, kind: "form", ...(await formFor(deps.s3, target, wish.bytes)) };
  const partBytes = partBytesOf(wish.bytes);
  return { id, kind: "multipart", partBytes, parts: Math.ceil(wish.bytes / partBytes) };
}

function uploadRow(
  deps: Pick<WebDependencies, "names" | "now">,
  recipient: Recipient,
  wish: UploadWish,
  { id, multipartId, announced }: { id: string; multipartId: string | undefined; announced: Announced },
): UploadRow {
  const target = targetOf(deps, id);
  return {
    id: uploadId(target),
    ...target,
    ...recipient,
    ...wish,
    fileId: id,
    ...(multipartId !== undefined && { multipartId }),
    issuedAt: announced.issuedAt,
    ...(recipient.requestId === undefined && { listedFor: recipient.owner }),
    state: "issued",
    expiresAt: Math.floor(deps.now() / 1000) + keepUploadSeconds,
  };
}

/** Keeps room for the file. @throws FileTooLarge, QuotaExceeded, both audited */
async function takeRoom(
  deps: WebDependencies,
  recipient: Recipient,
  { name, bytes }: UploadWish,
  announced: Announced,
): Promise<void> {
  const { maxFileBytes, quotaBytes } = limitsOf(deps);
  const refusal = bytes > maxFileBytes ? new FileTooLarge(maxFileBytes) : undefined;
  const room = refusal === undefined && (await keepRoom(deps, recipient.owner, announced, quotaBytes));
  if (room) return;
  const problem = refusal ?? new QuotaExceeded(quotaBytes);
  const { owner, ownerName, requestId, from = "" } = recipient;
  const actor = requestId === undefined ? owner : `request:${requestId}`;
  const actorName = requestId === undefined ? ownerName : from;
  const details = { code: problem.code, bytes };
  const action = { action: "refused-upload" as const, actor, actorName, owner, fileName: name, details };
  await commit(deps.db, [audited(deps.names, action, deps.now(), deps.random(9).toString("base64url"))]);
  throw problem;
}
