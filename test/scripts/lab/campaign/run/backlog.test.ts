// What keeps producers waiting: a fleet that must end some jobs before its newer version comes must not wait for jobs of that version.
import { expect, test } from "vitest";
import type { ProducedInput } from "../../../../../scripts/lab/campaign/produce/producer-log.ts";
import { backlogOf } from "../../../../../scripts/lab/campaign/run/run-state.ts";

const produced = (n: number, newer?: true): ProducedInput => ({
  input: { kind: "stale-removal", key: "album/picture.png", n },
  versionId: "",
  jobIds: [`remove-picture/${n}`],
  ...(newer && { newer }),
});
const all = [produced(1), produced(2), produced(3, true), produced(4, true)];
const ended = new Set(["remove-picture/1"]);

test("jobs that wait for newer workers do not keep producers waiting", () => {
  expect(backlogOf({ produced: all, ended, newerWorkers: false })).toBe(1);
});

test("once newer workers come, their jobs are work like any other", () => {
  expect(backlogOf({ produced: all, ended, newerWorkers: true })).toBe(3);
});
