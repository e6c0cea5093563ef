// What a completed input comes to, as `submit --json` prints it: one shape for each kind, and its words for people.
import { z } from "zod";
import { imageResultSchema } from "../status/results.ts";

/** A submission a mail became: where its parts lie, and whether its author was answered. */
export const mailResultSchema = z.object({
  submissionId: z.string(),
  /** What the author is told, such as K7Q2-9MPD. */
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

/** One of the shapes; a further kind of input adds its own. */
export const submitResultSchema = z.union([imageResultSchema, mailResultSchema]);

export type SubmitResult = z.infer<typeof submitResultSchema>;

/** A result in a few words. */
export function resultForPeople(result: SubmitResult): string {
  if ("width" in result) return `${result.width}x${result.height} ${result.contentType}`;
  const { reference, parts, confirmation, why } = result;
  const count = `${parts.length} ${parts.length === 1 ? "part" : "parts"}`;
  return `${reference}, ${count}, confirmation ${confirmation}${why === null ? "" : `: ${why}`}`;
}
