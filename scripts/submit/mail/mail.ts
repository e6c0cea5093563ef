// Submits a mail the way an author does, by SMTP, and reads its result from its submission.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { parseMail } from "../../../worker/jobs/mail/parse-mail/job.ts";
import type { MailResult } from "../results.ts";
import type { ResultReader, Source } from "../source.ts";
import type { Target } from "../target.ts";
import { confirmationOf } from "./confirmation.ts";
import { envelopeOf } from "./envelope.ts";
import { unquoted } from "./mailbox.ts";

/** The header is read from the first bytes, at most this many. */
const headBytes = 256 * 1024;

/** Sends a mail and resolves to its job's id, which is derived from the id the server gave the mail. */
export async function submitMail(target: Target, source: Source, signal: AbortSignal): Promise<string> {
  if (source.from !== "mail") throw new TypeError("the source must be a mail");
  signal.throwIfAborted();
  const { path, range, quoting } = source;
  const head = await headOf(path, range?.start ?? 0);
  const envelope = envelopeOf(head, { ...target.mail.recipients, separator: range?.sender });
  const sender = await target.mail.sender();
  // The end of a read stream is inclusive.
  const part = range === undefined ? {} : { start: range.start, end: range.end - 1 };
  const bytes = createReadStream(path, part);
  const raw = quoting === undefined ? bytes : Readable.from(unquoted(bytes, quoting), { objectMode: false });
  const stop = () => void raw.destroy(new Error("interrupted"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    const messageId = await sender.send(raw, envelope);
    return jobIdOf(parseMail, { bucket: target.names.buckets.mails, key: messageId, receipt: { messageId } });
  } finally {
    signal.removeEventListener("abort", stop);
    bytes.destroy();
  }
}

async function headOf(path: string, start: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, start);
  return buffer.subarray(0, bytesRead);
}

const jobResult = z.object({ submissionId: z.string(), reference: z.string() });

const submission = z.object({
  parts: z.array(
    z.object({
      key: z.string(),
      contentType: z.string(),
      bytes: z.number(),
      name: z.string().nullable().default(null),
    }),
  ),
});

/** The submission a finished job names; undefined where there is none of the expected shape. */
export async function mailResultOf(
  result: Record<string, unknown>,
  { target, mails }: ResultReader,
): Promise<MailResult | undefined> {
  const { data: named } = jobResult.safeParse(result);
  if (named === undefined) return undefined;
  const Key = { id: named.submissionId };
  const get = new GetCommand({ TableName: target.names.tables.submissions, Key, ConsistentRead: true });
  const { Item } = await target.db.send(get);
  const { data: row } = submission.safeParse(Item);
  return row && { ...named, parts: row.parts, ...(await confirmationOf(Item, mails)) };
}
