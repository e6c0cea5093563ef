// The pool alone, with children played by a small program: what closing it means for runs and processes.
import { mkdtempSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ChildPool } from "../../../../worker/engine/sandbox/pool.ts";
import { SandboxChild } from "../../../../worker/engine/sandbox/sandbox-child.ts";
import { generousLimits, never, silent } from "../../../support/sandbox.ts";
import { until } from "../../../support/until.ts";

/** Says these things, and answers nothing. */
const saying = (...types: string[]) => {
  const lines = types.map((type) => `${JSON.stringify({ type })}\n`).join("");
  return `require("fs").writeSync(3, ${JSON.stringify(lines)}); setInterval(() => {}, 1000);`;
};

/** A pool of one child that never answers. */
async function setup(program = saying("ready", "loaded"), size = 1) {
  const root = await mkdtemp(join(tmpdir(), "pool-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const children: SandboxChild[] = [];
  const startChild = () => {
    const directory = mkdtempSync(join(root, "child-"));
    const args = ["-e", program];
    const child = new SandboxChild({ file: process.execPath, args, environment: {}, directory });
    children.push(child);
    return child;
  };
  const retiring = { retireAfterRuns: 500, retireAboveBytes: 2 ** 30 };
  const pool = new ChildPool({ size, spares: 0, ...retiring, log: silent, startChild });
  await pool.start();
  const run = () => {
    const path = mkdtempSync(join(root, "run-"));
    const directory = { path, [Symbol.asyncDispose]: async () => {} };
    return pool.run({ task: "t", input: {} }, { directory, limits: generousLimits, signal: never });
  };
  return { pool, run, children };
}

test("the other children start when the first has loaded its tasks", async () => {
  const { children, pool } = await setup(undefined, 3);
  onTestFinished(() => pool.close());
  await until("the others", () => children.length === 3);
});

test("the other children wait while the first loads its tasks, but no longer than until it is given one", async () => {
  const { children, pool, run } = await setup(saying("ready"), 3);
  onTestFinished(() => pool.close());
  await until("the first child", () => children[0]?.state === "idle");
  expect(children).toHaveLength(1);
  run().catch(() => {});
  await until("the others", () => children.length === 3);
});

test("a pool is closed once every child has ended, whoever waited for one is refused, and none is started again", async () => {
  const { pool, run, children } = await setup();
  const failures: unknown[] = [];
  for (const started of [run(), run()]) started.catch((failure: unknown) => void failures.push(failure));
  await until("the first run", () => children[0]?.state === "busy");
  await pool.close();
  expect(children.map(({ state }) => state)).toEqual(["ended"]);
  await until("both failures", () => failures.length === 2);
  const refused = { reason: "aborted", detail: "sandbox closed" };
  expect(failures).toMatchObject([refused, refused]);
  await expect(run()).rejects.toMatchObject(refused);
  expect(children).toHaveLength(1);
});
