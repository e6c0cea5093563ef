// The line `submit --json` prints for each input. Version 1: fields may be added, none is renamed.
import { z } from "zod";
import { resultForPeople, submitResultSchema } from "./results.ts";

export const submitLineSchema = z.object({
  v: z.literal(1),
  /** The path as the person named it; for a directory's file, that path joined with the directory's. */
  input: z.string(),
  kind: z.enum(["image", "mail", "text", "file"]),
  /** Which of a mailbox's mails, from 1; only for a mailbox, which has a line for every mail in it. */
  mail: z.number().int().positive().optional(),
  /** Null when the input could not be submitted; `reason` tells why. */
  jobId: z.string().nullable(),
  /** Null when nobody waited, and for what could not be submitted. */
  outcome: z.enum(["completed", "rejected", "dead-lettered", "timed-out"]).nullable(),
  /** For people: why it was rejected, dead-lettered, given up or not submitted. */
  reason: z.string().nullable(),
  /** From the start of the submission until the outcome was seen (without --wait: until it was submitted). */
  seconds: z.number().nonnegative(),
  /** Of a completed input only. */
  result: submitResultSchema.nullable(),
});

/** What became of one input. */
export type SubmitLine = z.infer<typeof submitLineSchema>;

/** The line for a person: what, how it ended, and why or with what. */
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
