// The request of SendEmail (SES API v2 reference), and the errors that refuse it. Raw mails only.
import { z } from "zod";
import { ApiError } from "../gateway/api-error.ts";
import type { TakenMail } from "./mailbox.ts";

/** An error of the SES API. */
export class SesError extends ApiError {
  override name = "SesError";
}

export const notImplemented = (what: string): SesError =>
  new SesError("NotImplemented", `${what} is not part of the local cloud`, 501);

const badRequest = (message: string) => new SesError("BadRequestException", message);

/** SES quotas, "Maximum message size" (v2) and "Maximum recipients per message". */
const most = { bytes: 40 * 1024 ** 2, recipients: 50 };

const addresses = z.array(z.string()).default([]);
const sendEmail = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .optional(),
  Content: z.record(z.string(), z.unknown()),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});
const rawContent = z.object({ Raw: z.object({ Data: z.base64() }) });

/** Names and values of tags (SES API v2 reference, MessageTag). */
const tagForm = /^[A-Za-z0-9_-]{1,256}$/;

/** `ann@example.org` or `Ann <ann@example.org>`, in 7-bit characters, as SES requires. */
const addressForm = /^(?:[\x20-\x7e]*<)?[\x21-\x7e]+@[A-Za-z0-9.-]+>?$/;

/** Checks a request's JSON. @throws SesError */
export function readSendEmail(body: unknown): TakenMail {
  const call = checked(sendEmail, body);
  const kinds = Object.keys(call.Content);
  if (kinds.length !== 1 || kinds[0] !== "Raw")
    throw notImplemented(`SendEmail with ${kinds.join(", ") || "no content"}`);
  const { Raw } = checked(rawContent, call.Content);
  if (call.FromEmailAddress === undefined || call.Destination === undefined)
    throw notImplemented("SendEmail without FromEmailAddress or Destination");
  const { ToAddresses, CcAddresses, BccAddresses } = call.Destination;
  const to = [...ToAddresses, ...CcAddresses, ...BccAddresses];
  if (to.length === 0) throw badRequest("Destination must have at least one recipient.");
  if (to.length > most.recipients)
    throw new SesError("MessageRejected", `Recipient count exceeds ${most.recipients}.`);
  for (const address of [call.FromEmailAddress, ...to])
    if (!addressForm.test(address)) throw badRequest("Missing final '@domain'");
  for (const { Name, Value } of call.EmailTags)
    if (!tagForm.test(Name) || !tagForm.test(Value)) throw badRequest("Invalid tag name or value.");
  const raw = Buffer.from(Raw.Data, "base64");
  checkRaw(raw);
  const tags = Object.fromEntries(call.EmailTags.map(({ Name, Value }) => [Name, Value]));
  return { from: call.FromEmailAddress, to, raw, tags };
}

function checkRaw(raw: Buffer): void {
  if (raw.length > most.bytes) throw new SesError("MessageRejected", "Message length is more than 40 MB.");
  const head = raw.subarray(0, 64 * 1024).toString("latin1");
  if (!/^[!-9;-~]+:/.test(head)) throw badRequest("Missing header in the raw message.");
  if (!/^from:/im.test(head.split(/\r?\n\r?\n/)[0] ?? ""))
    throw badRequest("Missing required header 'From'.");
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw badRequest(`${problem?.path.join(".") || "body"}: ${problem?.message}`);
}
