// What can be submitted, as a table: which sources are of a kind, how one is submitted, and what its result looks like. To add
// a kind, add an entry.
import type { JobKind } from "../../worker/jobs/catalog.ts";
import { fileResultSchema, imageResultSchema } from "../status/results.ts";
import { submitFile } from "./file.ts";
import type { SubmitLine } from "./line.ts";
import { mailResultOf, submitMail } from "./mail/mail.ts";
import { submitPicture } from "./picture.ts";
import type { SubmitResult } from "./results.ts";
import type { OtherEnd, ResultReader, Source } from "./source.ts";
import type { Target } from "./target.ts";
import { submitText, textResultOf } from "./text/text.ts";

/** A kind of input. */
export type SubmitKind = {
  name: SubmitLine["kind"];
  /** True for a source of this kind; the first entry that returns true gets it. */
  takes: (source: Source) => boolean;
} & (
  | { available: false; reason: string }
  | {
      available: true;
      jobKind: JobKind;
      /** Submits the input as a person would; resolves to the id of its job. */
      submit: (target: Target, source: Source, signal: AbortSignal) => Promise<string>;
      /** Reads a completed job's result, or how a job beside it ended; undefined for a result of another shape. */
      resultOf: (
        result: Record<string, unknown>,
        reader: ResultReader,
      ) => SubmitResult | undefined | Promise<SubmitResult | OtherEnd | undefined>;
    }
);

/** All kinds. */
export const submitKinds: readonly SubmitKind[] = [
  {
    name: "text",
    takes: ({ from }) => from === "text",
    available: true,
    jobKind: "count-words",
    submit: submitText,
    resultOf: textResultOf,
  },
  {
    name: "mail",
    takes: ({ from }) => from === "mail",
    available: true,
    jobKind: "parse-mail",
    submit: submitMail,
    resultOf: mailResultOf,
  },
  {
    name: "file",
    takes: ({ from }) => from === "other-file",
    available: true,
    jobKind: "store-file",
    submit: submitFile,
    resultOf: (result) => fileResultSchema.safeParse(result).data,
  },
  {
    name: "image",
    takes: ({ from }) => from === "file",
    available: true,
    jobKind: "resize-image",
    submit: submitPicture,
    resultOf: (result) => imageResultSchema.safeParse(result).data,
  },
];

/** A kind that can be submitted. */
export type AvailableKind = Extract<SubmitKind, { available: true }>;

/** The name of an input in messages and lines. */
export function nameOf(source: Source): string {
  return source.from === "text" ? `--text ${source.text}` : source.path;
}

/** The kind of a source, or why it cannot be submitted. */
export function kindOf(source: Source): AvailableKind | string {
  const kind = submitKinds.find(({ takes }) => takes(source));
  if (kind === undefined) return `${nameOf(source)} is of no kind that can be submitted`;
  return kind.available ? kind : `${nameOf(source)}: ${kind.reason}`;
}
