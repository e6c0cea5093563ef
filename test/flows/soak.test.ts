// A short soak, as a process. Slopes need an hour, but losses and leftovers show within seconds.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { SoakResult } from "../../scripts/lab/soak/soak-result.ts";

async function runSoak(args: string[]) {
  const child = spawn(process.execPath, ["scripts/lab.ts", "soak", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { stdout, stderr, code };
}

test("twenty seconds of pictures and mails with kills and faults lose nothing and leave nothing behind", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-soak-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const svg = join(folder, "memory.svg");
  const { stdout, stderr, code } = await runSoak([
    "--minutes",
    "0.35",
    "--json",
    "--seed",
    "7",
    "--svg",
    svg,
  ]);
  expect(stderr).not.toContain("Error");
  const result = JSON.parse(stdout) as SoakResult;
  expect(result).toMatchObject({ v: 1, seed: 7, problems: [] });
  expect(code).toBe(0);
  const { submitted, completed, rejected, lost } = result.inputs;
  expect(submitted).toBeGreaterThan(5);
  expect([completed + rejected, lost]).toEqual([submitted, 0]);
  expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  expect(Object.values(result.troubles).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  const { worker, cloud, dynamodb } = result.windows.at(-1)?.roles ?? {};
  for (const held of [worker, cloud]) {
    expect(held?.heapBytes).toBeGreaterThan(5 * 1024 ** 2);
    expect(held?.rssBytes).toBeGreaterThan(held?.heapBytes ?? 0);
    expect(held?.sockets).toBeGreaterThan(0);
  }
  expect(dynamodb?.rssBytes).toBeGreaterThan(0);
  expect(await readFile(svg, "utf8")).toContain("worker, resident");
});

test("bad arguments are refused in one line with exit code 2", async () => {
  const { stdout, stderr, code } = await runSoak(["--minutes", "0"]);
  expect([stdout, code]).toEqual(["", 2]);
  expect(stderr).toBe(
    "soak: option '--minutes <minutes>' argument '0' is invalid. It takes a number from 0.2 to 1440.\n",
  );
});
