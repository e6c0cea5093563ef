// What all decoding of untrusted bytes has in common: the file they lie in, and which failures of the sandbox are the
// bytes' own fault. Knows neither pictures nor mails.
import { SandboxFailure } from "../../engine/sandbox/sandbox.ts";

/** Name of the untrusted file in its run's directory. */
export const sourceFile = "source";

/** A refusal: a stable word for programs, a sentence for people. */
export type Refusal = { code: string; reason: string };

/** Bytes that were refused. */
export type Refused = { outcome: "refused"; refusal: Refusal };

/** What a failure of the sandbox means; what is left out means nothing, so that the run is retried. */
export type FailureRefusals = {
  memory: Refusal;
  outputLimit: Refusal;
  /** From the second attempt on: the first time the machine may have been busy. */
  deadline: Refusal;
  /** From so many attempts on: a child that dies of the bytes so often dies of them always. */
  crash?: { runs: number; refusal: Refusal };
};

/**
 * Decodes; a failure that is the bytes' own fault becomes a refusal.
 * @throws SandboxFailure where another try may help
 */
export async function refusing<Outcome>(
  failures: FailureRefusals,
  run: number,
  decode: () => Promise<Outcome>,
): Promise<Outcome | Refused> {
  try {
    return await decode();
  } catch (error) {
    const refusal = error instanceof SandboxFailure ? refusalOf(error, failures, run) : undefined;
    if (!refusal) throw error;
    return { outcome: "refused", refusal };
  }
}

function refusalOf(
  { reason }: SandboxFailure,
  { memory, outputLimit, deadline, crash }: FailureRefusals,
  run: number,
): Refusal | undefined {
  switch (reason) {
    case "memory":
      return memory;
    case "output-limit":
      return outputLimit;
    case "deadline":
      return run > 1 ? deadline : undefined;
    case "aborted":
      return undefined;
    default:
      return crash && run >= crash.runs ? crash.refusal : undefined;
  }
}
