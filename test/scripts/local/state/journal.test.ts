// Journals on disk: what is left of an append that fails.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJournal } from "../../../../scripts/local/state/journal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const child = join(import.meta.dirname, "../../../support/journal-child.ts");

test("an append that fails half-way leaves nothing behind, and the next one is read again", () => {
  const path = join(folder, "events.jsonl");
  const limited = `ulimit -f 16; exec "$0" "$@"`;
  const said = execFileSync("bash", ["-c", limited, process.execPath, child, path], { encoding: "utf8" });
  expect(said).toMatch(/^EFBIG/);
  const journal = openJournal<string>(path);
  expect(journal.load()).toEqual(["before", "after"]);
  journal.close();
});

test("a journal that was opened and not read keeps what it has when an append fails", () => {
  const path = join(folder, "events.jsonl");
  const first = openJournal<string>(path);
  first.append(["kept"]);
  first.close();
  execFileSync("bash", ["-c", `ulimit -f 16; exec "$0" "$@"`, process.execPath, child, path]);
  const journal = openJournal<string>(path);
  expect(journal.load()).toEqual(["kept", "before", "after"]);
  journal.close();
});
