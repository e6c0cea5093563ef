// The catalog of triggers and the files beside it agree.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { triggerAccess } from "../../triggers/catalog/access.ts";
import { eventSources } from "../../triggers/catalog/event-sources.ts";

const folder = join(import.meta.dirname, "../../triggers");
const names = Object.keys(eventSources).sort();

test("every file at the top of triggers/ is a trigger with an event source, and nothing else is", () => {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name.replace(/\.ts$/, "")).sort()).toEqual(names);
});

test("every trigger has its rights listed", () => {
  expect(Object.keys(triggerAccess).sort()).toEqual(names);
});

test.each(names)("%s exports Lambda's handler", async (name) => {
  expect(await import(join(folder, `${name}.ts`))).toHaveProperty("handler", expect.any(Function));
});
