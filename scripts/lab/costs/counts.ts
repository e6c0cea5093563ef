// What one input of each kind takes, as it was counted on a local system: calls, DynamoDB units, seconds of a worker.
import * as z from "zod";

/** What is counted, by the names of the price table. */
export const used = z.object({
  writeUnits: z.number(),
  readUnits: z.number(),
  sqsFifo: z.number(),
  sqsStandard: z.number(),
  sns: z.number(),
  snsFifo: z.number(),
  s3Writes: z.number(),
  s3Reads: z.number(),
  sesMails: z.number(),
});

export type Used = z.infer<typeof used>;

export const nothing: Used = {
  ...{ writeUnits: 0, readUnits: 0, sqsFifo: 0, sqsStandard: 0, sns: 0, snsFifo: 0 },
  ...{ s3Writes: 0, s3Reads: 0, sesMails: 0 },
};

export const countedKinds = ["picture", "mail", "text", "file"] as const;

/** The kinds of input. */
export type CountedKind = (typeof countedKinds)[number];

export const countsSchema = z.object({
  v: z.literal(1),
  /** The day of the count, YYYY-MM-DD. */
  on: z.iso.date(),
  /** Inputs of each kind. */
  inputs: z.number().int().positive(),
  /** Of one input, with the calls of triggers, workers and services that follow from it. */
  perInput: z.record(z.enum(countedKinds), used.extend({ seconds: z.number() })),
  /** Of a worker that does nothing, an hour: it polls and says that it is there. */
  idleWorkerHour: used,
});

export type Counts = z.infer<typeof countsSchema>;

/** The difference of two counts, divided. */
export const shareOf = (more: Used, less: Used, parts: number): Used =>
  Object.fromEntries(
    (Object.keys(nothing) as (keyof Used)[]).map((name) => [name, (more[name] - less[name]) / parts]),
  ) as Used;

export const times = (one: Used, factor: number): Used => shareOf(one, nothing, 1 / factor);
