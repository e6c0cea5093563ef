// Fields as forms send them: an empty field means none, and a name that occurs once is a list of one.
import * as z from "zod";

/** A field that may be left empty. */
export const optionalField = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

/** A number in a field. */
export const numberField = z.coerce.number({ error: "takes a number" });

/** A field that occurs any number of times. */
export const manyField = (most: number) =>
  z
    .union([z.string(), z.array(z.string())])
    .default([])
    .transform((value) => [value].flat())
    .refine((values) => values.length <= most, `takes at most ${most}`);
