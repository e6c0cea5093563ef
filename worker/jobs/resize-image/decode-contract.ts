// What the handler asks of the decode task and what it may answer. The answer comes from an untrusted process, so
// it is checked against this schema. Knows nothing of sharp.
import { z } from "zod";
import { contentTypes, type ResultFormat } from "./picture-format.ts";

/** Bounds of a picture; what exceeds them is refused with a reason, before it is decoded. */
export type PictureLimits = {
  bytes: number;
  /** Width times height times frames. */
  pixels: number;
  frames: number;
};

export const pictureLimits: PictureLimits = { bytes: 50 * 1024 ** 2, pixels: 50_000_000, frames: 500 };

const side = z.number().int().min(1).max(100_000);
const formats = Object.keys(contentTypes) as [ResultFormat, ...ResultFormat[]];

export const decodeInput = z.object({
  /** File with the untrusted bytes, in the run's directory. */
  file: z.string(),
  limits: z.object({ pixels: z.number(), frames: z.number() }),
  /** Files to write, each with the box its picture is fitted into. */
  outputs: z.array(z.object({ file: z.string(), width: side, height: side })).min(1),
});

export type DecodeInput = z.infer<typeof decodeInput>;

export const decodeAnswer = z.discriminatedUnion("outcome", [
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

export type DecodeAnswer = z.infer<typeof decodeAnswer>;
export type DecodedPicture = Extract<DecodeAnswer, { outcome: "decoded" }>["pictures"][number];
