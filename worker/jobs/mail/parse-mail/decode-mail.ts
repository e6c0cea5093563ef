// From the untrusted bytes in a directory to checked parts in the same directory: runs the parse task within its
// limits, and says which of its failures are the mail's own fault.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { JobContext } from "../../../engine/job/handler.ts";
import {
  type SandboxDirectory,
  SandboxFailure,
  type SandboxLimits,
} from "../../../engine/sandbox/sandbox.ts";
import { type FailureRefusals, type Refused, refusing, sourceFile } from "../../shared/decode-untrusted.ts";
import { decodeAnswerSchema } from "./decode-answer-schema.ts";
import type { DecodeAnswer, DecodedPart, MailFacts } from "./decode-contract.ts";
import { refusals } from "./refusals.ts";

/** A part as it lies in the run's directory, measured by the worker itself. */
export type ProducedPart = DecodedPart & { sha256: string };

export type DecodeOutcome = { outcome: "decoded"; facts: MailFacts; parts: ProducedPart[] } | Refused;

const limits: SandboxLimits = {
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
 * Separates the mail in `directory/source`.
 * @throws SandboxFailure where another try may help
 */
export function decodeMail(
  directory: SandboxDirectory,
  { sandbox, signal, run }: Pick<JobContext, "sandbox" | "signal" | "run">,
): Promise<DecodeOutcome> {
  return refusing(failures, run, async (): Promise<DecodeOutcome> => {
    const run = sandbox.run(
      { task: "parse-mail", input: { file: sourceFile } },
      { directory, limits, signal },
    );
    const answer = checked(await run);
    if (answer.outcome === "refused") return { outcome: "refused", refusal: answer };
    const parts: ProducedPart[] = [];
    for (const part of answer.parts) parts.push(await measured(directory, part));
    return { outcome: "decoded", facts: answer.facts, parts };
  });
}

function checked(value: unknown): DecodeAnswer {
  const answer = decodeAnswerSchema.safeParse(value);
  if (answer.success) return answer.data;
  throw new SandboxFailure("crashed", "parse-mail", "the answer is not what it should be", answer.error);
}

async function measured({ path }: SandboxDirectory, part: DecodedPart): Promise<ProducedPart> {
  // By the piece: a large part hashed at once would hold up the heartbeats.
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(join(path, part.file)) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { ...part, bytes, sha256: hash.digest("hex") };
}
