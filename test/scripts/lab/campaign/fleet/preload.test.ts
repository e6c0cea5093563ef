// What is preloaded into a campaign's worker, in a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const preload = fileURLToPath(
  new URL("../../../../../scripts/lab/campaign/fleet/preload.ts", import.meta.url),
);
const asks =
  "console.log(JSON.stringify([Date.now(), new Date().getTime(), Date.UTC(2026, 0), Date.parse('2026-01-01')]))";

async function askedWith(skewMs: number): Promise<number[]> {
  const env = { ...process.env, CAMPAIGN_SKEW_MS: String(skewMs) };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", preload, "-e", asks], { env });
  return JSON.parse(stdout);
}

test("a skewed clock gives whole milliseconds, as a true one does, and other dates are as they are", async () => {
  const hour = 3_600_000;
  const before = Date.now();
  const [now, made, ...others] = await askedWith(-hour - 1 / 3);
  expect([now, made].map(Number.isInteger)).toEqual([true, true]);
  expect(now).toBeGreaterThanOrEqual(before - hour - 1);
  expect(now).toBeLessThan(Date.now() - hour + 1);
  expect(others).toEqual([1_767_225_600_000, 1_767_225_600_000]);
});
