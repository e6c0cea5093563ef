// One child process alone, played by small programs: what its death takes with it, and what it can still say afterwards.
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SandboxChild } from "../../../../worker/engine/sandbox/sandbox-child.ts";
import { directoryUse } from "../../../../worker/engine/sandbox/watch.ts";
import { failureOf } from "../../../support/sandbox.ts";
import { until } from "../../../support/until.ts";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sandbox-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A child that runs a program; `say` in it writes a line to the worker. */
async function childRunning(program: string, restsBetweenRuns = false): Promise<SandboxChild> {
  const say = `const say = (line) => require("fs").writeSync(3, JSON.stringify(line) + "\\n");`;
  const child = new SandboxChild({
    file: process.execPath,
    args: ["-e", `${say} const stay = () => setInterval(() => {}, 1000); ${program}`],
    environment: {},
    directory: await temporaryFolder(),
    restsBetweenRuns,
  });
  onTestFinished(() => child.breach("aborted", "the test is over"));
  return child;
}

/** True while a process runs; a zombie does not count. */
function isRunning(pid: number): boolean {
  try {
    if (!existsSync("/proc")) return process.kill(pid, 0);
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Starts a process of its own, in the child's group, and leaves its id in a file. */
const withCompanion = `
  const companion = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  require("fs").writeFileSync("companion", String(companion.pid));`;

const companionOf = (child: SandboxChild) =>
  until("the companion", () => Number(readFileSync(join(child.directory, "companion"), "utf8")) || undefined);

test("a child that breaches a limit is killed with every process of its group", async () => {
  const child = await childRunning(`${withCompanion} say({ type: "ready" }); stay();`);
  await child.ready;
  const companion = await companionOf(child);
  expect(isRunning(companion)).toBe(true);
  child.breach("deadline", "too long");
  await child.ended;
  await until("the companion's end", () => !isRunning(companion));
});

test("what a child leaves running when it dies by itself is killed, too", async () => {
  const child = await childRunning(
    `${withCompanion} say({ type: "ready" }); process.on("SIGUSR2", () => process.exit(3)); stay();`,
  );
  await child.ready;
  const companion = await companionOf(child);
  process.kill(child.pid ?? 0, "SIGUSR2");
  await child.ended;
  await until("the companion's end", () => !isRunning(companion));
});

const task = { task: "t", input: {} };
const onQuestion = (act: string) =>
  `say({ type: "ready" }); const net = new (require("net").Socket)({ fd: 3 }); net.on("data", (text) => { const { id } = JSON.parse(text); ${act} });`;

test("an answer that was under way when the child was condemned does not count", async () => {
  const child = await childRunning(
    onQuestion(
      `say({ type: "value", id, value: "late" }); require("fs").writeFileSync("said", "x"); stay();`,
    ),
  );
  await child.ready;
  const answer = failureOf(child.ask(task));
  await new Promise((resolve) => setImmediate(resolve));
  // This process hears nothing until the answer is in its pipe.
  while (!existsSync(join(child.directory, "said")))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  child.breach("deadline", "too long");
  expect(await answer).toMatchObject({ reason: "deadline", detail: "too long" });
  await child.ended;
  expect(child.state).toBe("ended");
});

test("a child that says a second time that it is ready has forgotten what it was asked, and is ended", async () => {
  const child = await childRunning(
    onQuestion(`say({ type: "ready" }); say({ type: "value", id, value: "and now this" });`),
  );
  await child.ready;
  expect(await failureOf(child.ask(task))).toMatchObject({
    reason: "crashed",
    detail: expect.stringContaining("ready twice"),
  });
});

/** Whether a process is stopped by a signal. */
const isStopped = (pid = 0) => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

test.skipIf(!existsSync("/proc"))(
  "a child that is ready goes on until it has loaded what it should, and is stopped then",
  async () => {
    const child = await childRunning(
      `say({ type: "ready" }); const look = setInterval(() => { if (!require("fs").existsSync("go-on")) return; clearInterval(look); say({ type: "loaded" }); }, 5); stay();`,
      true,
    );
    await child.ready;
    expect([child.state, isStopped(child.pid)]).toEqual(["idle", false]);
    await writeFile(join(child.directory, "go-on"), "");
    await child.loaded;
    await until("the stop", () => isStopped(child.pid));
  },
);

test.skipIf(!existsSync("/proc"))(
  "a child that was given a task before it had loaded everything is stopped after its answer all the same",
  async () => {
    const child = await childRunning(onQuestion(`say({ type: "value", id, value: 1 });`), true);
    await child.ready;
    expect(await child.ask(task)).toBe(1);
    await until("the stop", () => isStopped(child.pid));
  },
);

test.each([
  ["before it is ready", `say({ type: "loaded" });`],
  ["twice", `for (const type of ["ready", "loaded", "loaded"]) say({ type });`],
])("a child that says %s that it has loaded everything is ended", async (_, program) => {
  const child = await childRunning(`${program} stay();`);
  await child.ended;
  const failure = await failureOf(child.ask(task));
  expect(failure).toMatchObject({ reason: "crashed", detail: expect.stringContaining("loaded twice") });
});

test("a child that dies while it loads says so, though it was ready", async () => {
  const child = await childRunning(`say({ type: "ready" }); setTimeout(() => process.exit(3), 20);`);
  await child.ready;
  expect(await failureOf(child.loaded)).toMatchObject({
    reason: "crashed",
    task: "load",
    detail: expect.stringContaining("exit code 3"),
  });
});

test("a child answers one question after the other, and is idle in between", async () => {
  const child = await childRunning(onQuestion(`say({ type: "value", id, value: id });`));
  await child.ready;
  expect([await child.ask(task), child.state, await child.ask(task), child.asked]).toEqual([1, "idle", 2, 2]);
});

test("a directory's use is what its files claim or take up, whichever is more", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "sparse"), "");
  await truncate(join(folder, "sparse"), 50_000_000);
  const { bytes } = directoryUse(folder);
  expect(bytes).toBeGreaterThanOrEqual(50_000_000);
  await writeFile(join(folder, "tiny"), "x");
  expect(directoryUse(folder).bytes).toBeGreaterThan(bytes + 1);
});
