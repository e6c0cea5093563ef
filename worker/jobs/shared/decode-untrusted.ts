// What every kind that decodes untrusted bytes shares: the name of the input file, and the rule that says which sandbox
// failures are the input's fault. Knows neither pictures nor mails.
import * as z from "zod";
import { SandboxFailure } from "../../engine/sandbox/sandbox.ts";

/** Name of the untrusted file in the run's directory. */
export const sourceFile = "source";

/** Why input is refused: a stable code for programs, a sentence for people. */
export type Refusal = { code: string; reason: string };

/** Input that was refused. */
export type Refused = { outcome: "refused"; refusal: Refusal };

/** Checks the answer of a child that refuses its input. */
export const refusedAnswerSchema = z.object({
  outcome: z.literal("refused"),
  code: z.string().regex(/^[a-z-]{1,40}$/),
  reason: z.string().max(300),
});

/** The refusal for each kind of sandbox failure. A failure without one is retried. */
export type FailureRefusals = {
  memory: Refusal;
  outputLimit: Refusal;
  /** Applies from the second run on: during the first one the machine may have been busy. */
  deadline: Refusal;
  /** Applies from this run on: input that has crashed so many children will crash the next one, too. */
  crash?: { runs: number; refusal: Refusal };
};

/**
 * Runs `decode` and turns a failure that is the input's fault into a refusal.
 * @throws SandboxFailure when a retry may help
 */
export async function decodeOrRefuse<Outcome>(
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
