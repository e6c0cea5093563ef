// The check of what the decode task answers: it comes from an untrusted process. For the worker only.
import * as z from "zod";
import type { DecodeAnswer } from "./child/contract.ts";
import { contentTypes, type ResultFormat } from "./picture-format.ts";

const side = z.number().int().min(1).max(100_000);
const formats = Object.keys(contentTypes) as [ResultFormat, ...ResultFormat[]];

export const decodeAnswerSchema: z.ZodType<DecodeAnswer> = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("refused"),
    code: z.string().regex(/^[a-z-]{1,40}$/),
    reason: z.string().max(300),
  }),
  z.object({
    outcome: z.literal("decoded"),
    /** One for each output asked for, in the same order. */
    pictures: z.array(
      z.object({
        format: z.enum(formats),
        width: side,
        height: side,
        frames: z.number().int().min(1),
        bytes: z.number().int().min(1),
      }),
    ),
  }),
]);
