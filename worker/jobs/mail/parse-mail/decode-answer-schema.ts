// Checks the answer of the task `parse-mail`, which comes from an untrusted process.
import * as z from "zod";
import { refusedAnswerSchema } from "../../shared/decode-untrusted.ts";
import { type DecodeAnswer, mailLimits } from "./child/contract.ts";
import { maxTextLength } from "./plain-line.ts";

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
  autoSubmitted: line.optional(),
  precedence: line.optional(),
  autoResponseSuppress: line.optional(),
  returnPath: line.optional(),
  machineHeaders: z.array(z.string().regex(/^[a-z-]{1,60}$/)).max(20),
  list: z.boolean(),
  report: z.boolean(),
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
  problem: z.string().max(200).optional(),
});

/** An answer of the task. */
export const decodeAnswerSchema: z.ZodType<DecodeAnswer> = z.discriminatedUnion("outcome", [
  refusedAnswerSchema,
  z.object({ outcome: z.literal("decoded"), facts, parts: z.array(part).max(mailLimits.nodes + 2) }),
]);
