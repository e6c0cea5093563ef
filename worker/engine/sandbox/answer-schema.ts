// Checks what a child says. Only the worker loads it: children stay small without a schema library.
import * as z from "zod";
import type { ChildAnswer } from "./protocol.ts";

export const answerSchema: z.ZodType<ChildAnswer> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("loaded") }),
  z.strictObject({ type: z.literal("value"), id: z.number().int(), value: z.unknown() }),
  z.strictObject({
    type: z.literal("error"),
    id: z.number().int(),
    name: z.string().max(200),
    message: z.string().max(4000),
    code: z.string().max(100).optional(),
  }),
]);
