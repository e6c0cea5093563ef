// Handler of store-file: one upload becomes a stored file with its row, or a refusal.
//
// Whose file it is, its name and its limits come from the row that was written when the upload was issued. Nothing is taken
// from the key. Copy and preview are written before the commit, to keys of this file alone, and only once. A row that no
// person sees is on record before them, so that they are swept when the job never ends. The upload is deleted after the commit. A refused upload stays until its bucket forgets it.
import { HeadObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import { EffectRefused } from "../../../engine/ledger/ledger.ts";
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { deleteSource } from "../../shared/source-object.ts";
import { audited, beginFile } from "../rows/effects.ts";
import type { FileChecksum } from "../rows/file-row.ts";
import { storedKey } from "../rows/ids.ts";
import type { UploadRow } from "../rows/upload-row.ts";
import type { FileSettings } from "../settings.ts";
import { readLink, readQuota, readUpload } from "../shared/read-rows.ts";
import { type CopySizes, copySizes, storeCopy } from "./copy.ts";
import { detectType, readHead } from "./detect-type.ts";
import type { storeFile } from "./job.ts";
import { storePreview } from "./preview.ts";
import { refusals } from "./refusals.ts";
import { futureFile, refusedUpload, storedEffects } from "./store-effects.ts";

type Payload = PayloadOf<typeof storeFile>;

/** The limits that the handler needs. */
export type StoreFileLimits = Pick<FileSettings, "maxFileBytes" | "quotaBytes">;

/** Makes the handler. */
export function storeFileHandler(limits: StoreFileLimits, sizes: CopySizes = copySizes): Handler<Payload> {
  return {
    run: (payload, context) => store(payload, limits, sizes, context),
    afterCommit: (payload, _, context) => deleteSource(payload, context),
  };
}

async function store(
  payload: Payload,
  limits: StoreFileLimits,
  sizes: CopySizes,
  context: JobContext,
): Promise<JobResult> {
  const upload = await readUpload(payload, context);
  if (upload === undefined) throw notIssued(payload, context);
  const bytes = await sizeOf(payload, context);
  const refusal = await refusalOf(upload, bytes, limits, context);
  if (refusal) throw refusedUpload(upload, refusal, context);
  const size = bytes ?? 0;
  const head = await readHead(payload, size, context);
  const contentType = await detectType(head, context);
  const { fileId, name } = upload;
  if (!(await began(upload, context))) throw refusedUpload(upload, refusals.alreadyStored(), context);
  const preview = await storePreview(payload, head, size, fileId, context);
  const target = { bucket: context.names.buckets.secure, key: storedKey(fileId) };
  const copy = await storeCopy({ source: payload, bytes: size, target, upload }, sizes, context);
  return {
    effects: storedEffects(upload, { copy, contentType, preview }, limits.quotaBytes, context),
    result: { fileId, name, bytes: size, contentType, ...shownChecksum(copy.checksum) },
  };
}

/** Puts the file on record before anything of it is written; false when it has been stored or given up. */
async function began(upload: UploadRow, { mark, names, now }: JobContext): Promise<boolean> {
  try {
    await mark([beginFile(names, futureFile(upload), now())]);
    return true;
  } catch (error) {
    if (!(error instanceof EffectRefused)) throw error;
    return false;
  }
}

/** The checksum as people and programs compare it: hexadecimal. */
function shownChecksum({ algorithm, value }: FileChecksum): Record<string, string> {
  const hex = Buffer.from(value, "base64").toString("hex");
  return algorithm === "SHA256" ? { sha256: hex } : { crc64nvme: hex };
}

/** Size of the upload; undefined when it is gone. */
async function sizeOf(
  { bucket, key, versionId }: Payload,
  { s3, signal }: JobContext,
): Promise<number | undefined> {
  const head = new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  try {
    return (await s3.send(head, { abortSignal: signal })).ContentLength ?? 0;
  } catch (error) {
    // HEAD has no body, so S3 names no code; a version of a deleted object answers 404 or, as a marker, 405.
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status === 404 || status === 405) return undefined;
    throw error;
  }
}

/** Why the upload is not stored, as far as it can be known before it is copied. */
async function refusalOf(
  upload: UploadRow,
  bytes: number | undefined,
  { maxFileBytes, quotaBytes }: StoreFileLimits,
  context: JobContext,
): Promise<Refusal | undefined> {
  if (upload.state === "cancelled") return refusals.cancelled();
  if (upload.state !== "issued") return refusals.alreadyStored();
  if (bytes === undefined) return refusals.sourceGone();
  if (bytes > maxFileBytes) return refusals.tooManyBytes(bytes, maxFileBytes);
  if (bytes > upload.bytes) return refusals.moreThanAnnounced(bytes, upload.bytes);
  const quota = await readQuota(upload.owner, context);
  if (quota.bytes + bytes > quotaBytes) return refusals.overQuota(quotaBytes);
  return upload.requestId === undefined ? undefined : requestRefusal(upload.requestId, bytes, context);
}

async function requestRefusal(
  requestId: string,
  bytes: number,
  context: JobContext,
): Promise<Refusal | undefined> {
  const request = await readLink(requestId, context);
  const counts = request?.revokedAt === undefined ? request?.request : undefined;
  const takes =
    counts !== undefined &&
    counts.received < counts.maxFiles &&
    counts.receivedBytes + bytes <= counts.maxBytes;
  return takes ? undefined : refusals.requestClosed();
}

/** Someone who can write to the bucket put an object there without an upload. It is nobody's file. */
function notIssued({ key }: Payload, { names, now, jobId }: JobContext): InputRejected {
  const { code, reason } = refusals.notIssued();
  const details = { code, key: key.slice(0, 200) };
  const effects = [audited(names, { action: "refused-upload", actor: "system", details }, now(), jobId)];
  return new InputRejected(code, reason, { effects });
}
