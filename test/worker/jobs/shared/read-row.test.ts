// Rows as a job finds them while two versions of the fleet are at work: what is newer, and what is damaged.
import { expect, test } from "vitest";
import * as z from "zod";
import { NewerInput } from "../../../../worker/engine/job/newer-input.ts";
import { readRow } from "../../../../worker/jobs/shared/read-row.ts";

const file = z.object({
  id: z.string(),
  state: z.enum(["storing", "ready"]),
  preview: z.object({ kind: z.enum(["small", "large"]) }).optional(),
});
const picture = z.discriminatedUnion("state", [
  z.object({ id: z.string(), state: z.literal("ready"), width: z.number() }),
  z.object({ id: z.string(), state: z.literal("refused") }),
]);

const read = (schema: z.ZodType, item: unknown) => () => readRow(schema, item, "row a");

test("a row that fits is read as its schema says, without what the schema does not name", () => {
  expect(read(file, { id: "a", state: "ready", later: 1 })()).toEqual({ id: "a", state: "ready" });
});

test.each([
  ["a state", file, { id: "a", state: "archived" }, "state"],
  ["a state on which the other fields depend", picture, { id: "a", state: "hidden" }, "state"],
  ["a word further in", file, { id: "a", state: "ready", preview: { kind: "huge" } }, "preview.kind"],
  ["two words", file, { id: "a", state: "archived", preview: { kind: "huge" } }, "state, preview.kind"],
])("%s that is not in our lists is a newer version's, and named", (_, schema, item, fields) => {
  const message = `row a may be newer than this worker, which does not know the value of ${fields}`;
  expect(read(schema, item)).toThrow(new NewerInput(message));
});

test.each([
  ["a missing state", file, { id: "a" }],
  ["a missing state on which the other fields depend", picture, { id: "a" }],
  ["a state that is no text", file, { id: "a", state: 7 }],
  ["a missing field beside a word that we do not know", file, { state: "archived" }],
  ["a field of another kind", picture, { id: "a", state: "ready", width: "wide" }],
  ["nothing", file, undefined],
])("%s is damage", (_, schema, item) => {
  expect(read(schema, item)).toThrow(z.ZodError);
});
