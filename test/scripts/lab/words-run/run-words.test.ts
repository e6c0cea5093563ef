// The large run with few messages: worker processes are killed, duplicates come around the five minutes, every count is exact.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { generateMessages, readLogs, zipf } from "../../../../scripts/lab/words-run/messages.ts";
import { run } from "../../../../scripts/lab/words-run/run-words.ts";
import { InvalidSettings } from "../../../../worker/fleet/errors.ts";

test("each occurrence counts exactly eleven, however often a message is repeated while workers die", async () => {
  const generated = generateMessages({ messages: 60, channels: 12, seed: 3 });
  // The large run has one message of 10,000 words; here it is left out.
  const said = generated.filter(({ text }) => text.length < 20_000);
  const quiet = { progress: () => {}, patienceSeconds: 120 };
  const report = await run({ said, workers: 2, killSeconds: 0.5, seed: 3, ...quiet });
  expect(report).toMatchObject({ v: 1, messages: 59, deadLetters: 0, wrong: 0, unlogged: 0 });
  expect(report.kills).toBeGreaterThan(0);
  expect(Object.values(report.duplicates).every((count) => count > 0)).toBe(true);
}, 300_000);

test("messages follow from the seed, and the first channel has the most of them", () => {
  const options = { messages: 2000, channels: 50, seed: 5 };
  const said = generateMessages(options);
  expect(generateMessages(options)).toEqual(said);
  const channels = Object.entries(Object.groupBy(said, ({ channel }) => channel));
  expect(channels).toHaveLength(50);
  const [first] = channels.sort(([, a = []], [, b = []]) => b.length - a.length);
  expect(first?.[0]).toBe("C0");
  expect(zipf(1, () => 0.999)()).toBe(0);
});

test("chat logs give the lines people wrote, one channel per file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fleet-logs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await expect(readLogs(folder, 10)).rejects.toThrow(InvalidSettings);
  writeFileSync(
    join(folder, "a.txt"),
    "[09:19] <ann> hello [there]\n=== bob has left\n[09:20] <bob> <b> x\n",
  );
  const said = await readLogs(folder, 10);
  expect(said.map(({ channel, text }) => [channel, text])).toEqual([
    ["a.txt", "hello [there]"],
    ["a.txt", "<b> x"],
  ]);
});
