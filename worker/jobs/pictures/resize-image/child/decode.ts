// The sandbox task `decode-image`: turns untrusted bytes into upright sRGB pictures without metadata.
import { rmSync } from "node:fs";
import type { Refusal } from "../../../shared/decode-untrusted.ts";
import { firstBytes } from "../../../shared/first-bytes.ts";
import { isDrawing, recognise } from "../picture-format.ts";
import { refusals } from "../refusals.ts";
import type { DecodeAnswer, DecodedPicture, DecodeInput } from "./contract.ts";
import { convertedFile, openSource, type Source } from "./open-source.ts";
import { PictureRefused } from "./picture-refused.ts";
import { produce } from "./produce.ts";
import { mendJpeg } from "./readers/jpeg.ts";

/** libvips reports every error as text. These messages are about the machine, not the picture. */
const machineErrors = /no space left|cannot allocate|out of memory|unable to allocate|too many open files/i;

/** Loaders use these messages for sizes written in the file, without having asked the machine for memory. */
const fileErrors = /tiff2vips: out of memory reading of "[^"]*"|gifload: out of memory/gi;

/** The memory limit of a run (decode-upload.ts). A single request for more than that is the picture's fault. */
const runLimitMegabytes = 512;
const requestedMegabytes = /vips_tracked: out of memory -- size == (\d+)MB/i;

function isMachineError(message: string): boolean {
  if (Number(requestedMegabytes.exec(message)?.[1] ?? 0) >= runLimitMegabytes) return false;
  return machineErrors.test(message.replaceAll(fileErrors, ""));
}

/** sharp reports what a decoder says as a plain error without a code. Any other error is not about the picture. */
const isAboutPicture = (error: unknown) =>
  error instanceof Error &&
  error.constructor === Error &&
  !("code" in error) &&
  !isMachineError(error.message);

/** Decodes a picture. @throws when the machine, not the picture, is at fault */
export async function runTask(given: unknown): Promise<DecodeAnswer> {
  // Children trust the worker, so the input is not checked.
  const input = given as DecodeInput;
  try {
    return await decode(input);
  } catch (error) {
    if (!(error instanceof PictureRefused) && !isAboutPicture(error)) throw error;
    // A refused picture leaves no output, not even the files written before the damage was found.
    for (const { file } of input.outputs) rmSync(file, { force: true });
    return refuse(error instanceof PictureRefused ? error.refusal : refusals.corrupt());
  } finally {
    rmSync(convertedFile, { force: true });
  }
}

const refuse = (refusal: Refusal): DecodeAnswer => ({ outcome: "refused", ...refusal });

async function decode(input: DecodeInput): Promise<DecodeAnswer> {
  const start = firstBytes(input.file, startBytes);
  const format = recognise(start);
  if (!format) return refuse(isDrawing(start) ? refusals.drawing() : refusals.unsupportedFormat());
  const source = await openSource(input, format);
  try {
    return await produceAll(source, input);
  } catch (error) {
    if (format !== "jpeg" || !isAboutPicture(error)) throw error;
    return await produceAll(await mendJpeg(source, error), input);
  }
}

async function produceAll(source: Source, { outputs }: DecodeInput): Promise<DecodeAnswer> {
  const pictures: DecodedPicture[] = [];
  for (const output of outputs) pictures.push(await produce(source, output));
  return { outcome: "decoded", pictures, notes: source.notes };
}

/** Enough to find the first element of a drawing behind its declarations. */
const startBytes = 4096;
