// What the handler asks of the decode task and what the task may answer. Loaded by decode children, so it holds types
// and numbers only; decode-answer-schema.ts checks an answer.
import type { ResultFormat } from "../picture-format.ts";

/** Bounds of a picture; what exceeds them is refused with a reason, before it is decoded. */
export type PictureLimits = {
  bytes: number;
  /** Width times height times frames. */
  pixels: number;
  frames: number;
};

export const pictureLimits: PictureLimits = { bytes: 50 * 1024 ** 2, pixels: 50_000_000, frames: 500 };

export type DecodeInput = {
  /** File with the untrusted bytes, in the run's directory. */
  file: string;
  limits: Pick<PictureLimits, "pixels" | "frames">;
  /** Files to write, each with the box its picture is fitted into. */
  outputs: readonly { file: string; width: number; height: number }[];
};

export type DecodedPicture = {
  format: ResultFormat;
  width: number;
  height: number;
  frames: number;
  bytes: number;
};

/** Pictures come one for each output asked for, in the same order. */
export type DecodeAnswer =
  | { outcome: "refused"; code: string; reason: string }
  | { outcome: "decoded"; pictures: DecodedPicture[] };
