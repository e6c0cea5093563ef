// What can be submitted, as a table: which files are of a kind, how one is handed in, and what its result looks like.
// A further kind is one more entry.
import type { JobKind } from "../../worker/jobs/catalog.ts";
import { type ImageResult, imageResultSchema } from "../status/results.ts";
import type { SubmitLine } from "./line.ts";
import { submitPicture } from "./picture.ts";
import type { Target } from "./target.ts";

/** Something a person gave: a file with the object key it would get, or a text. */
export type Source = { from: "file"; path: string; key: string } | { from: "text"; text: string };

/** A kind of input. */
export type SubmitKind = {
  name: SubmitLine["kind"];
  /** Whether a source is one, by its name alone; the first entry that says yes takes it. */
  takes: (source: Source) => boolean;
} & (
  | { available: false; reason: string }
  | {
      available: true;
      jobKind: JobKind;
      /** Hands the input in as a person would; resolves to the id of the job that will come of it. */
      submit: (target: Target, source: Source, signal: AbortSignal) => Promise<string>;
      /** The part of a job's result that is shown; undefined for a result of another shape. */
      resultOf: (result: Record<string, unknown>) => ImageResult | undefined;
    }
);

/** All kinds; the last takes every file the others leave: the worker finds out what it is. */
export const submitKinds: readonly SubmitKind[] = [
  {
    name: "text",
    takes: ({ from }) => from === "text",
    available: false,
    reason: "texts cannot be submitted yet",
  },
  {
    name: "mail",
    takes: (source) => source.from === "file" && /\.(eml|mbox)$/i.test(source.path),
    available: false,
    reason: "mails cannot be submitted yet",
  },
  {
    name: "image",
    takes: () => true,
    available: true,
    jobKind: "resize-image",
    submit: submitPicture,
    resultOf: (result) => imageResultSchema.safeParse(result).data,
  },
];

/** A kind that can be submitted. */
export type AvailableKind = Extract<SubmitKind, { available: true }>;

/** What an input is called in messages and lines. */
export function nameOf(source: Source): string {
  return source.from === "file" ? source.path : `--text ${source.text}`;
}

/** The kind of a source, or the reason why it cannot be submitted. */
export function kindOf(source: Source): AvailableKind | string {
  const kind = submitKinds.find(({ takes }) => takes(source));
  if (kind === undefined) return `${nameOf(source)} is of no kind that can be submitted`;
  return kind.available ? kind : `${nameOf(source)}: ${kind.reason}`;
}
