// Where a list goes on. A cursor only says a position inside what the person may see anyway: the partition that is read
// never comes from it.
import * as z from "zod";

/** The last row of a page by its key, or a number of rows to skip. */
const cursorSchema = z.union([
  z.object({ after: z.record(z.string().max(20), z.string().max(300)) }).strict(),
  z.object({ skip: z.number().int().min(0).max(1_000_000) }).strict(),
]);

export type Cursor = z.infer<typeof cursorSchema>;

/** A cursor as text for an address. */
export const cursorText = (cursor: object): string =>
  Buffer.from(JSON.stringify(cursor)).toString("base64url");

/** Reads the text of a list's own kind of cursor, at most `maxCharacters` long. */
export const cursorInputOf = <Place>(schema: z.ZodType<Place>, maxCharacters: number) =>
  z
    .string()
    .max(maxCharacters)
    .transform((text, context) => {
      try {
        return schema.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
      } catch {
        context.addIssue({ code: "custom", message: "is not a cursor of this list" });
        return z.NEVER;
      }
    });

/** Reads a cursor's text. */
export const cursorInput = cursorInputOf(cursorSchema, 2000);
