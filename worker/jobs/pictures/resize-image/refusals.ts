// Why a picture can be refused, in words for the person who sent it. The codes are stable.
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { pictureLimits } from "./child/contract.ts";

const count = new Intl.NumberFormat("en");
const megabytes = (bytes: number) => `${count.format(Math.ceil(bytes / 1024 ** 2))} MB`;

export const refusals = {
  emptyFile: (): Refusal => ({ code: "empty-file", reason: "The file is empty." }),
  tooManyBytes: (bytes: number): Refusal => ({
    code: "too-many-bytes",
    reason: `The file has ${megabytes(bytes)}; a picture may have at most ${megabytes(pictureLimits.bytes)}.`,
  }),
  unsupportedFormat: (): Refusal => ({
    code: "unsupported-format",
    reason: "This is not a JPEG, HEIC, PNG, WebP, GIF, AVIF, TIFF or BMP picture.",
  }),
  drawing: (): Refusal => ({
    code: "unsupported-format",
    reason:
      "This is an SVG drawing, which is a program for drawing, not a picture. Export it as PNG and send that.",
  }),
  cameraRaw: (): Refusal => ({
    code: "camera-raw",
    reason: "This is a camera's raw file, not yet a picture. Develop it, export it as JPEG and send that.",
  }),
  unsupportedCoding: (): Refusal => ({
    code: "unsupported-coding",
    reason: "The picture is coded in a way that is not supported. Export it as JPEG or PNG and send that.",
  }),
  unsupportedSamples: (samples: string): Refusal => ({
    code: "unsupported-samples",
    reason: `The TIFF has ${samples}, which would not come out right. Export it with 8 or 16 bits as RGB or grey and send that.`,
  }),
  tooManyPixels: (width: number, height: number, frames: number, limit: number): Refusal => ({
    code: "too-many-pixels",
    reason:
      `The picture has ${count.format(width)} x ${count.format(height)} pixels` +
      `${frames > 1 ? ` in ${count.format(frames)} frames` : ""}; at most ${count.format(limit)} pixels are accepted.`,
  }),
  tooManyFrames: (frames: number, limit: number): Refusal => ({
    code: "too-many-frames",
    reason: `The picture has ${count.format(frames)} frames; at most ${count.format(limit)} are accepted.`,
  }),
  corrupt: (): Refusal => ({
    code: "corrupt",
    reason: "The picture is damaged or incomplete and cannot be read.",
  }),
  tooSlow: (): Refusal => ({ code: "too-slow", reason: "The picture takes too long to decode." }),
  tooMuchMemory: (): Refusal => ({
    code: "too-much-memory",
    reason: "The picture takes too much memory to decode.",
  }),
  resultTooLarge: (): Refusal => ({
    code: "result-too-large",
    reason: "The picture has so many moving frames that the result becomes too large.",
  }),
  sourceGone: (): Refusal => ({
    code: "source-gone",
    reason: "The picture was deleted before it could be processed.",
  }),
};
