// The contract of the task `decode-image`: its input, its answer and the limits of a picture. Sandbox children load this
// file, so it holds only types and numbers. The worker checks answers with decode-answer-schema.ts.
import type { ResultFormat } from "../picture-format.ts";

/** The limits of a picture. A picture that exceeds one is refused with a reason before it is decoded. */
export type PictureLimits = {
  bytes: number;
  /** Width times height times frames. */
  pixels: number;
  frames: number;
};

export const pictureLimits: PictureLimits = { bytes: 50 * 1024 ** 2, pixels: 50_000_000, frames: 500 };

export type DecodeInput = {
  /** The file with the untrusted bytes, in the run's directory. */
  file: string;
  limits: Pick<PictureLimits, "pixels" | "frames">;
  /** The files to write, each with the box its picture must fit into, in pixels. */
  outputs: readonly { file: string; width: number; height: number }[];
};

export type DecodedPicture = {
  format: ResultFormat;
  width: number;
  height: number;
  frames: number;
  bytes: number;
};

/** What of a file is not in its result: a stable code for programs, a sentence for people. */
export type Note = { code: string; text: string };

/** `pictures` holds one picture per requested output, in the same order. */
export type DecodeAnswer =
  | { outcome: "refused"; code: string; reason: string }
  | { outcome: "decoded"; pictures: DecodedPicture[]; notes: Note[] };
