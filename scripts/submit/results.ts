// Results of completed inputs as `submit --json` prints them, one shape for each kind, and the same in words for people.
import { z } from "zod";
import { readableSize } from "../../worker/jobs/files/shared/readable-size.ts";
import { counted } from "../cli/format.ts";
import { fileResultSchema, type ImageResult, imageResultSchema } from "../status/results.ts";

/** The submission that came from a mail: where its parts are, and whether its author was answered. */
export const mailResultSchema = z.object({
  submissionId: z.string(),
  /** The reference the author gets, such as K7Q2-9MPD. */
  reference: z.string(),
  parts: z.array(
    z.object({
      /** Object key in the parts bucket. */
      key: z.string(),
      contentType: z.string(),
      bytes: z.number().int().nonnegative(),
      /** As the sender named it, made harmless; null where there is no name. */
      name: z.string().nullable(),
    }),
  ),
  confirmation: z.enum(["sent", "withheld"]),
  /** Why no confirmation was sent; null where one was. */
  why: z.string().nullable(),
});

export type MailResult = z.infer<typeof mailResultSchema>;

/** How often each word of a text has been counted so far, in order of first appearance. */
export const textResultSchema = z.object({ counts: z.record(z.string(), z.number().int()) });

export type TextResult = z.infer<typeof textResultSchema>;

/** One of the shapes; a new kind of input adds its own. */
export const submitResultSchema = z.union([
  imageResultSchema,
  mailResultSchema,
  textResultSchema,
  fileResultSchema,
]);

export type SubmitResult = z.infer<typeof submitResultSchema>;

/** A result in a few words. */
export function resultForPeople(result: SubmitResult): string {
  if ("width" in result) return pictureForPeople(result);
  if ("counts" in result) return countsForPeople(result);
  if ("fileId" in result) return `${result.contentType}, ${readableSize(result.bytes)}`;
  const { reference, parts, confirmation, why } = result;
  const count = counted(parts.length, "part");
  return `${reference}, ${count}, confirmation ${confirmation}${why === null ? "" : `: ${why}`}`;
}

function pictureForPeople({ width, height, contentType, notes = [] }: ImageResult): string {
  return [`${width}x${height} ${contentType}`, ...notes.map(({ text }) => text)].join("; ");
}

/** Words shown on a line. */
const shownCounts = 10;

function countsForPeople({ counts }: TextResult): string {
  const words = Object.entries(counts);
  const shown = words.slice(0, shownCounts).map(([word, count]) => `${word} ${count}`);
  const more = words.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
