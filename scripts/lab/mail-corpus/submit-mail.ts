// Submits one mail by SMTP, waits for its job, and reads what the running system stored: the row and the bytes of every
// part.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { submissionAnswers } from "../../../worker/jobs/mail/answers/answers.ts";
import type { Judgement } from "../../../worker/jobs/mail/answers/judge.ts";
import { parseMail } from "../../../worker/jobs/mail/parse-mail/job.ts";
import type { JobWatch } from "../../submit/job-watch.ts";
import type { Envelope } from "../../submit/mail/envelope.ts";
import { unquoted } from "../../submit/mail/mailbox.ts";
import type { Source } from "../../submit/source.ts";
import type { Target } from "../../submit/target.ts";
import { addressed, judgementOf, localAddresses, ownEnvelope } from "./answers.ts";
import type { Ours } from "./compare.ts";

/** A mail to submit. */
export type Mail = Extract<Source, { from: "mail" }>;

/** What happened to a mail. */
export type MailOutcome =
  | {
      outcome: "submission";
      id: string;
      attachments: Ours[];
      problems: string[];
      raw: string;
      /** Whether the editor was notified at once, or why not. */
      notification: string;
      /** Who sent the mail, by its signs, and the signs. */
      sender: Judgement["sender"];
      signs: string[];
    }
  | { outcome: "refusal"; code: string }
  | { outcome: "nothing"; why: string };

const row = submissionAnswers.extend({
  id: z.string(),
  parts: z.array(
    z.object({
      key: z.string(),
      role: z.string(),
      contentType: z.string(),
      bytes: z.number(),
      name: z.string().nullable().default(null),
      sha256: z.string(),
      within: z.number().optional(),
      problem: z.string().optional(),
    }),
  ),
});

/** Bytes in which a header is looked for. */
const headBytes = 256 * 1024;

async function headOf(mail: Mail): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytesOf(mail) as AsyncIterable<Buffer>) {
    pieces.push(chunk);
    length += chunk.length;
    if (length >= headBytes) break;
  }
  return Buffer.concat(pieces);
}

/** The mail and its envelope: from nobody in particular, or as its author sent it, with our address added. */
async function outgoing(mail: Mail, asItsAuthor: boolean): Promise<{ bytes: Readable; envelope: Envelope }> {
  const envelope = { from: "corpus@example.org", to: [localAddresses.address] };
  if (!asItsAuthor) return { bytes: bytesOf(mail), envelope };
  const head = await headOf(mail);
  const all = async function* () {
    yield Buffer.from(addressed(head));
    yield* bytesOf(mail) as AsyncIterable<Buffer>;
  };
  return { bytes: Readable.from(all(), { objectMode: false }), envelope: ownEnvelope(head) };
}

/**
 * Submits the mail. Writes the raw mail, as it was stored, to `rawFile` for Python to read.
 * @throws what the connection or the tables throw; a refusal by SMTP is `nothing`
 */
export async function submitMail(
  target: Target,
  jobs: JobWatch,
  mail: Mail,
  rawFile: string,
  asItsAuthor: boolean,
): Promise<MailOutcome> {
  const sender = await target.mail.sender();
  let messageId: string;
  try {
    const { bytes, envelope } = await outgoing(mail, asItsAuthor);
    messageId = await sender.send(bytes, envelope);
  } catch (error) {
    return { outcome: "nothing", why: `SMTP: ${error instanceof Error ? error.message : String(error)}` };
  }
  const { mails: Bucket, parts } = target.names.buckets;
  const jobId = jobIdOf(parseMail, { bucket: Bucket, key: messageId, receipt: { messageId } });
  const ended = await jobs.ended(jobId);
  if (ended === undefined) return { outcome: "nothing", why: "no outcome in time" };
  if (ended.outcome === "rejected") return { outcome: "refusal", code: ended.code ?? "" };
  const id = ended.result?.submissionId;
  if (ended.outcome !== "completed" || typeof id !== "string")
    return { outcome: "nothing", why: `${ended.outcome}: ${ended.reason}` };
  const TableName = target.names.tables.submissions;
  const { Item } = await target.db.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
  const found = row.parse(Item);
  const attachments: Ours[] = [];
  for (const { role, key, contentType, name, sha256, within } of found.parts) {
    const bytes = await objectBytes(target, parts, key);
    // The row's checksum must match the stored bytes.
    if (digest(bytes) !== sha256)
      return { outcome: "nothing", why: `${key} does not match the checksum in its row` };
    // Python lists what was attached, not what is in it.
    if (role === "attachment" && within === undefined)
      attachments.push({ key, contentType, name, bytes: bytes.length, sha256, text: textDigest(bytes) });
  }
  await writeFile(rawFile, await objectBytes(target, Bucket, `raw/${messageId}`));
  const problems = found.parts.flatMap(({ problem }) => problem ?? []);
  const { notification } = found;
  const { sender: by, signs } = judgementOf(Item);
  const told = notification?.decision === "withheld" ? notification.why : (notification?.decision ?? "none");
  return {
    outcome: "submission",
    id,
    attachments,
    problems,
    raw: rawFile,
    notification: told,
    sender: by,
    signs,
  };
}

function bytesOf({ path, range, quoting }: Mail): Readable {
  const bytes = createReadStream(path, range && { start: range.start, end: range.end - 1 });
  return quoting === undefined ? bytes : Readable.from(unquoted(bytes, quoting), { objectMode: false });
}

async function objectBytes({ s3 }: Target, Bucket: string, Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

const digest = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/** The checksum that extract.py computes: text without line ends and surrounding blanks. */
export function textDigest(bytes: Buffer): string {
  const text = bytes.toString("latin1").replaceAll("\r\n", "\n");
  const trimmed = text.replace(/^[ \t\n\r\v\f]+/, "").replace(/[ \t\n\r\v\f]+$/, "");
  return digest(Buffer.from(trimmed, "latin1"));
}
