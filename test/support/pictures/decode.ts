// Runs the task `decode-image` in a real sandbox and reads the result.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Metadata } from "sharp";
import type { Sandbox, SandboxLimits } from "../../../worker/engine/sandbox/sandbox.ts";
import {
  type DecodeAnswer,
  type DecodedPicture,
  type PictureLimits,
  pictureLimits,
} from "../../../worker/jobs/pictures/resize-image/child/contract.ts";
import { decodeAnswerSchema } from "../../../worker/jobs/pictures/resize-image/decode-answer-schema.ts";
import { generousLimits, never } from "../sandbox.ts";
import type { Colour } from "./pictures.ts";

/** The task's answer and the bytes that it wrote. */
export async function decodeRaw(
  sandbox: Sandbox,
  bytes: Buffer,
  limits: Partial<SandboxLimits & PictureLimits> = {},
  side = 400,
): Promise<{ answer: DecodeAnswer; output: Buffer | undefined }> {
  await using directory = await sandbox.directory();
  await writeFile(join(directory.path, "source"), bytes);
  const input = {
    file: "source",
    limits: { ...pictureLimits, ...limits },
    outputs: [{ file: "result", width: side, height: side }],
  };
  const answer = await sandbox.run(
    { task: "decode-image", input },
    { directory, limits: { ...generousLimits, ...limits }, signal: never },
  );
  const output = await readFile(join(directory.path, "result")).catch(() => undefined);
  return { answer: decodeAnswerSchema.parse(answer), output };
}

/** Decodes a picture that must be accepted: the task's answer, the bytes, and sharp's metadata of them. */
export async function decoded(
  sandbox: Sandbox,
  bytes: Buffer,
): Promise<{ picture: DecodedPicture; output: Buffer; metadata: Metadata }> {
  const { answer, output } = await decodeRaw(sandbox, bytes);
  if (answer.outcome === "refused" || !output) throw new Error(`refused: ${JSON.stringify(answer)}`);
  const [picture] = answer.pictures;
  if (!picture) throw new Error("no picture");
  return { picture, output, metadata: await sharp(output, { pages: -1 }).metadata() };
}

/** The colours near the four corners of a picture's first frame, with alpha last if there is any. */
export async function cornerColours(bytes: Buffer): Promise<Record<string, number[]>> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [...data.subarray(start, start + info.channels)];
  };
  return {
    topLeft: at(0.1, 0.1),
    topRight: at(0.9, 0.1),
    bottomLeft: at(0.1, 0.9),
    bottomRight: at(0.9, 0.9),
  };
}

/** The largest difference of any colour channel. Alpha is not compared. */
export function distance(one: readonly number[], other: Colour): number {
  return Math.max(...other.map((value, channel) => Math.abs(value - (one[channel] ?? Number.NaN))));
}
