// `npm run simulate`: arguments, output for people and programs, plots, traces from files.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { usualMeasures } from "../../../scripts/simulate/model/trace.ts";
import { runSimulate } from "../../../scripts/simulate/run-simulate.ts";
import { traceFromCsv } from "../../../scripts/simulate/traces/csv.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulate-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => ({
    write: (text: string) => {
      texts[name] += text;
      return true;
    },
  });
  const code = await runSimulate(args, {
    env: {},
    stdout: stream("stdout"),
    stderr: stream("stderr"),
  } as never);
  return { code, ...texts };
}

test("a trace gives a table with every policy and what holds for ours", async () => {
  const { code, stdout } = await run("trickle");
  expect(code).toBe(0);
  for (const name of [
    "ours",
    "before",
    "target-tracking",
    "queue-processing",
    "keda",
    "buildkite",
    "clairvoyant",
  ])
    expect(stdout).toMatch(new RegExp(`^${name} `, "m"));
  expect(stdout).toContain("no policy is better in both cost and p95 wait");
});

test("--json gives one line of version 1", async () => {
  const { stdout } = await run("burst", "--json");
  const line = JSON.parse(stdout) as { v: number; trace: string; policies: object[] };
  expect(line).toMatchObject({ v: 1, trace: "burst" });
  expect(line.policies[0]).toMatchObject({
    name: "ours",
    instanceHours: expect.any(Number),
    cost: expect.any(Number),
    waitP50: expect.any(Number),
    waitP95: expect.any(Number),
    waitMax: expect.any(Number),
    launches: 10,
    interrupted: 0,
  });
});

test("plots are SVG with a row for every policy, and equal from run to run", async () => {
  const [svg, front] = [join(folder, "a.svg"), join(folder, "front.svg")];
  await run("trickle", "--svg", svg, "--front", front);
  const first = await readFile(svg, "utf8");
  expect(first.startsWith("<svg ")).toBe(true);
  for (const name of ["ours", "buildkite", "clairvoyant"]) expect(first).toContain(`>${name}</text>`);
  expect(await readFile(front, "utf8")).toContain(">always-on</text>");
  await run("trickle", "--svg", svg);
  expect(await readFile(svg, "utf8")).toBe(first);
});

test("advise tells which settings are worth having", async () => {
  const { stdout } = await run("advise", "trickle", "--svg", join(folder, "advice.svg"));
  expect(stdout).toMatch(/^trickle: \d+ of 45 choices are worth having/);
  expect(await readFile(join(folder, "advice.svg"), "utf8")).toContain("<svg ");
});

test("a trace of one's own is read from CSV", async () => {
  const file = join(folder, "mine.csv");
  await writeFile(file, "arrival,kind,group,seconds\n1010,parse-mail,b,3\n1000,parse-mail,a,2.5\n");
  const { code, stdout } = await run(file, "--json");
  expect([code, (JSON.parse(stdout) as { policies: { name: string }[] }).policies.length]).toEqual([0, 9]);
  const { jobs } = traceFromCsv(await readFile(file, "utf8"), file, usualMeasures);
  expect(jobs.map(({ arrival, group }) => [arrival, group])).toEqual([
    [0, "a"],
    [10, "b"],
  ]);
});

test.each([
  ["", "line 1 takes the header arrival,kind,group,seconds"],
  ["arrival,kind,group,seconds\n", "takes 1 to 1000000 jobs, not 0"],
  ["arrival,kind,group,seconds\n1,a,b", "line 2: takes 4 values, not 3"],
  ["arrival,kind,group,seconds\n1,a,b,2\n-1,a,b,2", "line 3: arrival takes a number from 0 to 31536000"],
  ["arrival,kind,group,seconds\n1,a,,2", "line 2: group takes 1 to 128 characters"],
])("a bad file is refused by line and column, exit code 2: %j", async (text, problem) => {
  const file = join(folder, "bad.csv");
  await writeFile(file, text);
  const { code, stderr } = await run(file);
  expect({ code, stderr }).toEqual({ code: 2, stderr: `simulate: ${file}: ${problem}\n` });
});

test("bad arguments are one line and exit code 2", async () => {
  for (const args of [
    ["none"],
    [],
    ["burst", "--max", "0"],
    ["burst", "--min", "5", "--max", "3"],
    ["all", "--svg", "x.svg"],
  ]) {
    const { code, stderr } = await run(...args);
    expect({ args, code, lines: stderr.trim().split("\n").length }).toEqual({ args, code: 2, lines: 1 });
    expect(stderr).toMatch(/^simulate: /);
  }
});

test("a file that is missing is one line and exit code 1", async () => {
  const file = join(folder, "none.csv");
  const { code, stderr } = await run(file);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^simulate: .*none\.csv cannot be read: ENOENT.*\n$/);
});
