// Handler of parse-mail: one raw mail becomes part objects, a submission's row and a reference, or a refusal. The keys of
// the parts follow from the mail's content, so a repeated run writes the same bytes to the same keys.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type FileBody, fileBody } from "../../../engine/job/file-body.ts";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import type { SandboxDirectory } from "../../../engine/sandbox/sandbox.ts";
import { type Refusal, sourceFile } from "../../shared/decode-untrusted.ts";
import { smallBytes } from "../../shared/read-result.ts";
import { hashSource, readSource } from "../../shared/source-object.ts";
import type { MailSettings } from "../answers/settings.ts";
import { mailLimits } from "./child/contract.ts";
import { decodeMail, type ProducedPart } from "./decode-mail.ts";
import { listingKey, listingOf, partKey } from "./listing.ts";
import { refusals } from "./refusals.ts";
import {
  type MailPayload,
  placeOf,
  refusalEffects,
  submissionEffects,
  submissionIdOf,
} from "./submission-row.ts";

/** Small parts that are uploaded at the same time. Large ones follow each other, since each is in memory as a whole. */
const uploadConcurrency = 8;

/** Makes the handler. Without settings, no mail is answered. */
export function parseMailHandler({ settings }: { settings: MailSettings | undefined }): Handler<MailPayload> {
  return { run: (payload, context) => parse(payload, context, settings) };
}

async function parse(
  payload: MailPayload,
  context: JobContext,
  settings: MailSettings | undefined,
): Promise<JobResult> {
  const refuse = (refusal: Refusal, identity: string): never => {
    const effects = refusalEffects(payload, identity, refusal, context);
    throw new InputRejected(refusal.code, refusal.reason, { effects });
  };
  await using directory = await context.sandbox.directory();
  const file = join(directory.path, sourceFile);
  const source = await readSource(payload, context, file, mailLimits.bytes);
  const gone = () => new InputRejected("source-gone", refusals.sourceGone().reason);
  if (source.outcome === "gone") throw gone();
  // Few mails are refused: the others need no hash of all their bytes.
  const refuseContent = async (refusal: Refusal): Promise<never> => {
    const sha256 = await hashSource(payload, context, mailLimits.bytes);
    if (sha256 === undefined) throw gone();
    return refuse(refusal, sha256);
  };
  const { bucket, key } = payload;
  if (source.outcome === "too-large")
    return refuse(refusals.tooManyBytes(source.bytes), JSON.stringify([bucket, key]));
  if (source.bytes === 0) return refuse(refusals.emptyMail(), JSON.stringify([bucket, key]));
  const decoded = await decodeMail(directory, context, ownAddresses(settings));
  if (decoded.outcome === "refused") return refuseContent(decoded.refusal);
  const { facts, parts } = decoded;
  // An empty file becomes a mail like this one on its way through SMTP.
  if (parts.length === 0 && !facts.from && !facts.messageId && !facts.subject)
    return refuseContent(refusals.emptyMail());
  const id = submissionIdOf(facts, parts);
  const place = await placeOf(id, context);
  if ("known" in place) {
    const { reference, parts: stored } = place.known;
    return { effects: [], result: { submissionId: id, reference, parts: stored.length, repeated: true } };
  }
  const { reference } = place;
  const listing = listingOf(id, facts, parts);
  await storeParts(id, parts, directory, context);
  if (listing.whole !== undefined) await storeListing(listingKey(id), listing.whole, context);
  context.log.info({ parts: parts.length, bytes: source.bytes }, "mail parsed");
  return {
    effects: submissionEffects(payload, { id, reference, facts, listing }, context, settings),
    result: { submissionId: id, reference, parts: parts.length },
  };
}

const ownAddresses = (settings: MailSettings | undefined): string[] =>
  settings === undefined ? [] : [settings.address, ...settings.aliases];

async function storeParts(
  id: string,
  parts: readonly ProducedPart[],
  directory: SandboxDirectory,
  context: JobContext,
): Promise<void> {
  const numbered = parts.map((part, index) => ({ part, key: partKey(id, index + 1) }));
  const store = async (waiting: typeof numbered) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await storePart(next.key, next.part, join(directory.path, next.part.file), context);
  };
  const small = numbered.filter(({ part }) => part.bytes <= smallBytes);
  const large = numbered.filter(({ part }) => part.bytes > smallBytes);
  await Promise.all([store(large), ...Array.from({ length: uploadConcurrency }, () => store(small))]);
}

async function storePart(
  key: string,
  { contentType, bytes, sha256, content }: ProducedPart,
  path: string,
  context: JobContext,
): Promise<void> {
  await putObject(key, { Body: content ?? fileBody({ path, bytes }), bytes, contentType, sha256 }, context);
}

async function storeListing(key: string, Body: Buffer, context: JobContext): Promise<void> {
  const sha256 = createHash("sha256").update(Body).digest("hex");
  await putObject(key, { Body, bytes: Body.length, contentType: "application/json", sha256 }, context);
}

async function putObject(
  key: string,
  {
    Body,
    bytes,
    contentType,
    sha256,
  }: { Body: Buffer | FileBody; bytes: number; contentType: string; sha256: string },
  { s3, names, signal, jobId }: JobContext,
): Promise<void> {
  const put = new PutObjectCommand({
    Bucket: names.buckets.parts,
    Key: key,
    Body,
    ContentLength: bytes,
    ContentType: contentType,
    // A browser must never show a stranger's content inline.
    ContentDisposition: "attachment",
    ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
    Metadata: { job: jobId },
  });
  await s3.send(put, { abortSignal: signal });
}
