// The worker's side of the task `decode-image`: runs it within its limits, checks every file it wrote, and says which
// failures are the picture's fault.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { JobContext } from "../../../engine/job/handler.ts";
import {
  type SandboxDirectory,
  SandboxFailure,
  type SandboxLimits,
} from "../../../engine/sandbox/sandbox.ts";
import {
  decodeOrRefuse,
  type FailureRefusals,
  type Refused,
  sourceFile,
} from "../../shared/decode-untrusted.ts";
import { type DecodedPicture, type DecodeInput, type Note, pictureLimits } from "./child/contract.ts";
import { decodeAnswerSchema } from "./decode-answer-schema.ts";
import { contentTypes, magicBytes, recognise } from "./picture-format.ts";
import { refusals } from "./refusals.ts";
import type { Variant } from "./variants.ts";

/** A decoded picture of one variant. `file` is a path in the run's directory. */
export type ProducedPicture = { variant: Variant; picture: DecodedPicture; file: string };

export type DecodeOutcome =
  | { outcome: "decoded"; pictures: [ProducedPicture, ...ProducedPicture[]]; notes: Note[] }
  | Refused;

const limits: SandboxLimits = {
  deadlineMs: 30_000,
  memoryBytes: 512 * 1024 ** 2,
  outputBytes: 64 * 1024 ** 2,
};

const failures: FailureRefusals = {
  memory: refusals.tooMuchMemory(),
  outputLimit: refusals.resultTooLarge(),
  deadline: refusals.tooSlow(),
};

/**
 * Makes every variant of the picture in `directory/source`.
 * @throws SandboxFailure when a retry may help: after a crash or an abort, and when the first run misses its deadline
 *   (the machine may have been busy)
 */
export function decodeUpload(
  directory: SandboxDirectory,
  variants: readonly [Variant, ...Variant[]],
  { sandbox, signal, run }: Pick<JobContext, "sandbox" | "signal" | "run">,
): Promise<DecodeOutcome> {
  const input: DecodeInput = {
    file: sourceFile,
    limits: pictureLimits,
    outputs: variants.map(({ name, width, height }) => ({ file: `${name}.result`, width, height })),
  };
  return decodeOrRefuse(failures, run, async (): Promise<DecodeOutcome> => {
    const answering = sandbox.run({ task: "decode-image", input }, { directory, limits, signal });
    const answer = decodeAnswerSchema.parse(await answering);
    if (answer.outcome === "refused") return { outcome: "refused", refusal: answer };
    const { notes } = answer;
    return { outcome: "decoded", pictures: checkPictures(directory, variants, answer.pictures), notes };
  });
}

/** The answer comes from an untrusted process: every file must exist and be the kind of picture the answer says. */
function checkPictures(
  directory: SandboxDirectory,
  variants: readonly [Variant, ...Variant[]],
  pictures: readonly DecodedPicture[],
): [ProducedPicture, ...ProducedPicture[]] {
  const check = (variant: Variant, index: number): ProducedPicture => {
    const picture = pictures[index];
    const file = join(directory.path, `${variant.name}.result`);
    if (!picture || picture.width > variant.width || picture.height > variant.height) {
      throw new SandboxFailure("crashed", "decode-image", `no fitting picture for ${variant.name}`);
    }
    const { start, bytes } = beginningOf(file);
    if (recognise(start) !== picture.format || bytes !== picture.bytes) {
      throw new SandboxFailure(
        "crashed",
        "decode-image",
        `${variant.name} is not ${contentTypes[picture.format]}`,
      );
    }
    return { variant, picture, file };
  };
  const [first, ...others] = variants;
  return [check(first, 0), ...others.map((variant, at) => check(variant, at + 1))];
}

/** The first bytes of a file, and how many there are in all. */
function beginningOf(file: string): { start: Buffer; bytes: number } {
  const handle = openSync(file, "r");
  try {
    const start = Buffer.alloc(magicBytes);
    return {
      start: start.subarray(0, readSync(handle, start, 0, magicBytes, 0)),
      bytes: fstatSync(handle).size,
    };
  } finally {
    closeSync(handle);
  }
}
