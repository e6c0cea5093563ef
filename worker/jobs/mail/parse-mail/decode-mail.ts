// The worker's side of the task `parse-mail`: runs it within its limits, checks and hashes the parts it wrote, and says
// which failures are the mail's fault.
import { createHash, hash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
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
import { smallBytes } from "../../shared/read-result.ts";
import type { DecodeAnswer, DecodedPart, MailFacts } from "./child/contract.ts";
import { decodeAnswerSchema } from "./decode-answer-schema.ts";
import { refusals } from "./refusals.ts";

/**
 * A part in the run's directory, with the size and hash that the worker measured itself. `content` are its bytes, if they are few: they
 * are not read twice.
 */
export type ProducedPart = DecodedPart & { sha256: string; content?: Buffer };

export type DecodeOutcome = { outcome: "decoded"; facts: MailFacts; parts: ProducedPart[] } | Refused;

/** What a child may use for one mail. */
export const sandboxLimits: SandboxLimits = {
  deadlineMs: 60_000,
  memoryBytes: 400 * 1024 ** 2,
  outputBytes: 128 * 1024 ** 2,
};

const failures: FailureRefusals = {
  memory: refusals.tooMuchMemory(),
  outputLimit: refusals.partsTooLarge(),
  deadline: refusals.tooSlow(),
  crash: { runs: 3, refusal: refusals.unreadable() },
};

/**
 * Splits the mail in `directory/source` into its parts.
 * @param ours addresses that are kept among the recipients of a mail with too many
 * @throws SandboxFailure when a retry may help
 */
export function decodeMail(
  directory: SandboxDirectory,
  { sandbox, signal, run }: Pick<JobContext, "sandbox" | "signal" | "run">,
  ours: readonly string[] = [],
): Promise<DecodeOutcome> {
  return decodeOrRefuse(failures, run, async (): Promise<DecodeOutcome> => {
    const answering = sandbox.run(
      { task: "parse-mail", input: { file: sourceFile, ours } },
      { directory, limits: sandboxLimits, signal },
    );
    const answer = checkAnswer(await answering);
    if (answer.outcome === "refused") return { outcome: "refused", refusal: answer };
    const parts: ProducedPart[] = [];
    let kept = 0;
    for (const part of answer.parts) {
      const produced = await measurePart(directory, part, keptBytes - kept);
      kept += produced.content?.length ?? 0;
      parts.push(produced);
    }
    return { outcome: "decoded", facts: answer.facts, parts };
  });
}

function checkAnswer(value: unknown): DecodeAnswer {
  const answer = decodeAnswerSchema.safeParse(value);
  if (answer.success) return answer.data;
  throw new SandboxFailure("crashed", "parse-mail", "the answer does not match its schema", answer.error);
}

/** Bytes of small parts that a mail keeps in memory until they are stored. */
const keptBytes = 2 * smallBytes;

/** @param room bytes that may be kept */
async function measurePart(
  { path }: SandboxDirectory,
  part: DecodedPart,
  room: number,
): Promise<ProducedPart> {
  const file = join(path, part.file);
  const { size: bytes } = statSync(file);
  if (bytes > smallBytes) return { ...part, bytes, sha256: await hashOf(file) };
  const content = readFileSync(file);
  const sha256 = hash("sha256", content, "hex");
  return { ...part, bytes, sha256, ...(bytes <= room && { content }) };
}

/** The pieces in which a file is hashed: one at a time, so that all use the same memory. */
const piece = Buffer.allocUnsafeSlow(256 * 1024);

/** Hashes a large file. Others may go on between pieces: all of it at once would delay the heartbeats. */
async function hashOf(file: string): Promise<string> {
  const hashing = createHash("sha256");
  const descriptor = openSync(file, "r");
  try {
    for (let length = readSync(descriptor, piece); length > 0; length = readSync(descriptor, piece)) {
      hashing.update(piece.subarray(0, length));
      await setImmediate();
    }
    return hashing.digest("hex");
  } finally {
    closeSync(descriptor);
  }
}
