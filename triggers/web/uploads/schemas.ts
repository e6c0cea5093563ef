// What the API of uploads takes and answers.
import * as z from "zod";
import { maxParts } from "./transfer.ts";

/** How to send a file. */
export const issuedSchema = z.discriminatedUnion("kind", [
  z.object({
    id: z.string(),
    kind: z.literal("form"),
    url: z.string(),
    fields: z.record(z.string(), z.string()),
  }),
  z.object({ id: z.string(), kind: z.literal("multipart"), partBytes: z.number(), parts: z.number() }),
]);

const partNumber = z.number().int().min(1).max(maxParts);

/** The parts to send next. */
export const partNumbersSchema = z.object({ numbers: z.array(partNumber).min(1).max(100) });

/** Where to send them. */
export const partAddressesSchema = z.object({
  urls: z.array(z.object({ number: z.number(), url: z.string() })),
});

const rising = (parts: readonly { number: number }[]) =>
  parts.every(({ number }, index) => index === 0 || number > (parts[index - 1]?.number ?? 0));

/** The parts of a file with the tags that S3 answered, in order. */
export const completeSchema = z.object({
  parts: z
    .array(z.object({ number: partNumber, etag: z.string().min(1).max(200) }))
    .min(1)
    .max(maxParts)
    .refine(rising, "takes every part once, in order"),
});

/** An upload. Its id becomes the file's. */
export const uploadSchema = z.object({
  id: z.string(),
  kind: z.enum(["form", "multipart"]),
  name: z.string(),
  folder: z.string(),
  bytes: z.number(),
  issuedAt: z.string(),
  state: z.enum(["issued", "stored", "refused", "cancelled"]),
  /** Why it was refused. */
  refusal: z.object({ code: z.string(), reason: z.string() }).optional(),
  partBytes: z.number().optional(),
  /** The parts that have arrived. Absent when all are put together, and for a form. */
  parts: z.array(z.object({ number: z.number(), bytes: z.number(), etag: z.string() })).optional(),
});

export type UploadView = z.infer<typeof uploadSchema>;
