// Every suite with few runs, through the command's own code. Long runs use the command: npm run lab -- fuzz.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type FuzzResult, fuzz } from "../../../../scripts/lab/fuzz/fuzz.ts";
import { choicesOf } from "../../../../scripts/lab/fuzz/random.ts";
import { runFuzz } from "../../../../scripts/lab/fuzz/run-fuzz.ts";
import type { ReadySuite } from "../../../../scripts/lab/fuzz/suite.ts";

const never = new AbortController().signal;

async function run(...args: string[]): Promise<{ result: FuzzResult; code: number; stderr: string }> {
  const printed = { stdout: "", stderr: "" };
  const to = (stream: keyof typeof printed) => ({
    write: (text: unknown) => {
      printed[stream] += String(text);
      return true;
    },
  });
  const code = await runFuzz([...args, "--json"], {
    stdout: to("stdout"),
    stderr: to("stderr"),
    signal: never,
  });
  const { stdout, stderr } = printed;
  return { result: stdout === "" ? ({} as FuzzResult) : (JSON.parse(stdout) as FuzzResult), code, stderr };
}

test("mutated pictures are decoded or refused, and leave no file and no process", async () => {
  const { result, code } = await run("pictures", "--runs", "150");
  expect([result.problems, code]).toEqual([[], 0]);
  expect(result).toMatchObject({ v: 1, runs: 150 });
  expect(result.outcomes).toMatchObject({
    decoded: expect.any(Number),
    "refused corrupt": expect.any(Number),
  });
});

test.each(["heic", "readers"])(
  "mutated pictures that our own code decodes or opens are decoded or refused, and leave nothing: %s",
  async (suite) => {
    const { result, code } = await run(suite, "--runs", "100");
    expect([result.problems, code]).toEqual([[], 0]);
    expect(result.outcomes).toMatchObject({
      decoded: expect.any(Number),
      "refused corrupt": expect.any(Number),
    });
  },
);

test("mutated mails are decoded or refused, and leave no file and no process", async () => {
  const { result, code } = await run("mails", "--runs", "150", "--seed", "2");
  expect([result.problems, code]).toEqual([[], 0]);
  expect(result.outcomes.decoded).toBeGreaterThan(50);
});

test.each(["tnef", "nested"])(
  "mutated containers in mails are opened or kept, and leave nothing: %s",
  async (suite) => {
    const { result, code } = await run(suite, "--runs", "150", "--seed", "2");
    expect([result.problems, code]).toEqual([[], 0]);
    expect(result.outcomes.decoded).toBeGreaterThan(100);
  },
);

test("foreign and mutated events and Slack requests: nothing foreign becomes a job, nothing is lost", async () => {
  const { result, code } = await run("triggers", "--runs", "1500", "--seed", "3");
  expect([result.problems, code]).toEqual([[], 0]);
  const { dropped, enqueued, redelivered: again } = result.outcomes;
  for (const count of [dropped, enqueued, again]) expect(count).toBeGreaterThan(10);
  expect(Object.keys(result.outcomes)).toContain("slack 401");
});

test("odd HTTP to the console and to control calls is refused or answered, and changes nothing", async () => {
  const { result, code } = await run("console", "--runs", "100", "--seed", "4");
  expect([result.problems, code]).toEqual([[], 0]);
  expect(Object.keys(result.outcomes)).toEqual(
    expect.arrayContaining(["console 403", "control 403", "console 404"]),
  );
});

/** A suite whose input decides the finding. */
const pretended: ReadySuite = {
  input: (choices) => Buffer.from([choices.below(10)]),
  atOnce: 3,
  run: async ([first = 0]) => ({
    name: `was ${first}`,
    ...(first === 7 && { finding: { grave: true, what: "seven" } }),
    ...(first === 3 && { finding: { grave: false, what: "three" } }),
  }),
  close: async () => ["a file was left behind"],
};

test("a finding is reported with the command that repeats it, its input is kept, and leftovers are reported", async () => {
  const keep = await mkdtemp(join(tmpdir(), "fuzz-test-"));
  onTestFinished(() => rm(keep, { recursive: true, force: true }));
  const asked = { suite: "mails", runs: 60, seed: 9, from: 40, json: false, keep } as const;
  const { problems, contained, runs, outcomes } = await fuzz(asked, pretended, {
    signal: never,
    onProgress: () => {},
  });
  expect(runs).toBe(60);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(60);
  expect(contained.length).toBeGreaterThan(0);
  expect(problems.at(-1)).toMatchObject({ run: null, what: "a file was left behind" });
  const [found] = problems;
  expect(found?.again).toBe(`npm run lab -- fuzz mails --seed 9 --from ${found?.run} --runs 1`);
  expect(pretended.input(choicesOf(9, found?.run ?? 0))).toEqual(Buffer.from([7]));
  expect(await readFile(join(keep, `mails-9-${found?.run}`))).toEqual(Buffer.from([7]));
  expect((await readdir(keep)).length).toBe(problems.length - 1 + contained.length);
});

test("bad arguments are refused in one line with exit code 2", async () => {
  for (const args of [["soup"], [], ["mails", "--runs", "0"], ["mails", "--seed", "x"]]) {
    const { code, stderr } = await run(...args);
    expect([code, stderr.startsWith("fuzz: ")]).toEqual([2, true]);
  }
});
