// The catalog of triggers and the files beside it agree.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { triggerAccess } from "../../triggers/catalog/access.ts";
import { type EventSource, eventSources } from "../../triggers/catalog/event-sources.ts";
import { sweptKinds } from "../../triggers/untaken-due/untaken.ts";

const folder = join(import.meta.dirname, "../../triggers");
const names = Object.keys(eventSources).sort();

test("every file at the top of triggers/ is a trigger with an event source, and nothing else is", () => {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name.replace(/\.ts$/, "")).sort()).toEqual(names);
});

test("every trigger has its rights listed", () => {
  expect(Object.keys(triggerAccess).sort()).toEqual(names);
});

test("no schedule's function gets more time than Lambda gives, fifteen minutes, or than lies between two events", () => {
  const schedules = Object.values<EventSource>(eventSources).filter((one) => one.from === "schedule");
  expect(schedules.length).toBeGreaterThan(0);
  for (const { everyMinutes, longestSeconds = 50 } of schedules)
    expect(longestSeconds).toBeLessThanOrEqual(Math.min(15, everyMinutes) * 60);
});

test("the sweep of untaken objects may enqueue and count every kind that it sweeps", () => {
  const { enqueues, counts } = triggerAccess["untaken-due"];
  expect([enqueues, counts]).toEqual([sweptKinds, sweptKinds]);
});

test.each(names)("%s exports Lambda's handler", async (name) => {
  expect(await import(join(folder, `${name}.ts`))).toHaveProperty("handler", expect.any(Function));
});
