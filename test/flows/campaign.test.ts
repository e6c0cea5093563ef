// The fault campaign as a person runs it: the command itself, one seed, every invariant.
import { spawn } from "node:child_process";
import { expect, test } from "vitest";

/** Runs `npm run campaign` with these arguments. */
async function campaign(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(
    process.execPath,
    ["--import", "./scripts/require-node.mjs", "scripts/lab.ts", "campaign", ...args],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

test("500 inputs under every kind of fault, with a small outage and a rollout: nothing lost, nothing doubled, nothing out of order, no stale write applied although some were attempted", async () => {
  const { code, out, err } = await campaign("--seed", "1", "--jobs", "500", "--json");
  expect({ code, err: err.slice(0, 3000) }).toMatchObject({ code: 0 });
  const report = JSON.parse(out);
  expect(report).toMatchObject({
    v: 1,
    seed: 1,
    jobs: 500,
    lost: 0,
    doubled: 0,
    orderViolations: 0,
    staleWritesApplied: 0,
    collateralDeadLetters: 0,
    violations: [],
  });
  // Of 500 jobs, about fifty follow from others: authors are answered.
  expect(report.acknowledged).toBeGreaterThanOrEqual(440);
  expect(report.staleWritesRejected).toBeGreaterThan(0);
  expect(report.redelivered).toBeGreaterThan(0);
  expect(report).toMatchObject({ outages: 1 });
  expect(report.samples.recoveryAfterOutage.length).toBeGreaterThan(0);
  expect(Object.keys(report.faults)).toEqual(
    expect.arrayContaining(["newer-producers", "newer-workers", "withheld-read"]),
  );
  expect(Object.keys(report.faults).length).toBeGreaterThan(20);
}, 1_200_000);

test("bad arguments are reported in one line with exit code 2, help exits with 0", async () => {
  expect(await campaign("--jobs", "many")).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^campaign: option '--jobs <n>' argument 'many' is invalid\. It takes a whole/,
    ),
  });
  expect(await campaign("--help")).toMatchObject({ code: 0, out: expect.stringContaining("--seed <n>") });
});
