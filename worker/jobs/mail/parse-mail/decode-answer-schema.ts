// Checks the answer of the task `parse-mail`, which comes from an untrusted process.
import * as z from "zod";
import { refusedAnswerSchema } from "../../shared/decode-untrusted.ts";
import { type DecodeAnswer, mailLimits, mailLooks } from "./child/contract.ts";
import { maxTextLength } from "./plain-line.ts";

/** The files of a mail and its two bodies. */
const mostParts = mailLimits.nodes + 2;

const line = z.string().max(maxTextLength);
const address = z.object({ address: z.string().min(3).max(320), name: line.optional() });

const facts = z.object({
  messageId: line.optional(),
  inReplyTo: line.optional(),
  subject: line.optional(),
  date: line.optional(),
  from: address.optional(),
  replyTo: address.optional(),
  recipients: z.array(z.string().max(320)).max(100),
  recipientCount: z.number().int().positive().optional(),
  autoSubmitted: line.optional(),
  precedence: line.optional(),
  autoResponseSuppress: line.optional(),
  returnPath: line.optional(),
  machineHeaders: z.array(z.string().regex(/^[a-z-]{1,60}$/)).max(20),
  list: z.boolean(),
  report: z.boolean(),
  looks: z.array(z.enum(mailLooks)).max(mailLooks.length).optional(),
});

const part = z.object({
  file: z.string().regex(/^(text|html|attachment-\d{1,4})$/),
  role: z.enum(["text", "html", "attachment"]),
  contentType: z
    .string()
    .max(200)
    .regex(/^[\w.+-]+\/[\w.+-]+(; charset=utf-8)?$/),
  bytes: z.number().int().nonnegative(),
  name: z.string().max(mailLimits.nameBytes).optional(),
  contentId: line.optional(),
  derived: z.literal(true).optional(),
  within: z.number().int().positive().max(mostParts).optional(),
  unchecked: z.literal(true).optional(),
  problem: z.string().max(200).optional(),
});

/** An answer of the task. */
export const decodeAnswerSchema: z.ZodType<DecodeAnswer> = z.discriminatedUnion("outcome", [
  refusedAnswerSchema,
  z.object({ outcome: z.literal("decoded"), facts, parts: z.array(part).max(mostParts) }),
]);
