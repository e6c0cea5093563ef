// Checks the answer of the task `decode-image`, which comes from an untrusted process.
import * as z from "zod";
import { refusedAnswerSchema } from "../../shared/decode-untrusted.ts";
import type { DecodeAnswer } from "./child/contract.ts";
import { contentTypes, type ResultFormat } from "./picture-format.ts";

const side = z.number().int().min(1).max(100_000);
const formats = Object.keys(contentTypes) as [ResultFormat, ...ResultFormat[]];

/** Notes, also as rows and results keep them. */
export const notesSchema = z.array(
  z.object({ code: z.string().regex(/^[a-z-]{1,40}$/), text: z.string().max(300) }),
);

/** An answer of the task. */
export const decodeAnswerSchema: z.ZodType<DecodeAnswer> = z.discriminatedUnion("outcome", [
  refusedAnswerSchema,
  z.object({
    outcome: z.literal("decoded"),
    pictures: z.array(
      z.object({
        format: z.enum(formats),
        width: side,
        height: side,
        frames: z.number().int().min(1),
        bytes: z.number().int().min(1),
      }),
    ),
    notes: notesSchema.max(5),
  }),
]);
