// The line `submit --json` prints for each input. Version 1: fields may be added, none is renamed.
import { z } from "zod";
import { resultForPeople, submitResultSchema } from "./results.ts";

export const submitLineSchema = z.object({
  v: z.literal(1),
  /** The path as the person named it; for a file in a directory, the directory's path joined with the file's. */
  input: z.string(),
  kind: z.enum(["image", "mail", "text", "file"]),
  /** The mail's number in its mailbox, from 1. A mailbox has a line for every mail. */
  mail: z.number().int().positive().optional(),
  /** Null when the input was not taken; `reason` says why. */
  jobId: z.string().nullable(),
  /**
   * `rejected` also without a job: the entrance refused the input for good, as a mail server does with a recipient. Null without
   * --wait for an input that was taken, and for one that could not be submitted.
   */
  outcome: z.enum(["completed", "rejected", "dead-lettered", "timed-out"]).nullable(),
  /** For people: why it was rejected, dead-lettered, timed out or not submitted. */
  reason: z.string().nullable(),
  /** From the start of the submission to its outcome (without --wait: to its end). */
  seconds: z.number().nonnegative(),
  /** Null unless the input was completed. */
  result: submitResultSchema.nullable(),
});

/** The outcome of one input. */
export type SubmitLine = z.infer<typeof submitLineSchema>;

/** The line for people: outcome, input, result or reason, seconds. */
export function lineForPeople(line: SubmitLine): string {
  const { input, mail, outcome, jobId, reason, result, seconds } = line;
  const state = outcome ?? (jobId === null ? "not submitted" : "submitted");
  const detail = result === null ? reason : resultForPeople(result);
  return [
    state.padEnd(13),
    mail === undefined ? input : `${input} #${mail}`,
    ...(detail === null ? [] : [`(${detail})`]),
    `${seconds.toFixed(1)} s`,
  ].join("  ");
}
