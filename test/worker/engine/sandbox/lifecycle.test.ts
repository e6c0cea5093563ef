// How children come and go: spares, retirement, aborts, closing, and the death of the worker itself.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createSandbox } from "../../../../worker/engine/sandbox/create-sandbox.ts";
import { probeLauncher } from "../../../../worker/engine/sandbox/launcher.ts";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { makeTemporaryRoot } from "../../../../worker/engine/sandbox/temporary-root.ts";
import { act, failureOf, silent, testSandbox } from "../../../support/sandbox.ts";

const launcher = await probeLauncher();

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lifecycle-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
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

async function untilGone(pids: number[]): Promise<void> {
  while (pids.some(isRunning)) await delay(10);
}

test("the worker's event loop goes on while a child blocks its own", async () => {
  const sandbox = await testSandbox();
  let beats = 0;
  const heartbeat = setInterval(() => {
    beats += 1;
  }, 10);
  onTestFinished(() => clearInterval(heartbeat));
  await failureOf(act(sandbox, "blockForEver", {}, { deadlineMs: 1000 }));
  expect(beats).toBeGreaterThan(20);
});

test("the child that breached a limit is gone when its run fails, and so is its group", async () => {
  const sandbox = await testSandbox({ spares: 0 });
  const pid = Number(await act(sandbox, "pid"));
  await failureOf(act(sandbox, "blockForEver", {}, { deadlineMs: 200 }));
  expect(isRunning(pid)).toBe(false);
});

/** The two children of a sandbox once both serve: then two runs at once are in both. */
async function bothOf(sandbox: Sandbox): Promise<Set<unknown>> {
  for (;;) {
    const seen = new Set(await Promise.all([act(sandbox, "pid"), act(sandbox, "pid")]));
    if (seen.size === 2) return seen;
    // Without a pause the first would have done the runs after which it retires before the second serves.
    await delay(10);
  }
}

test("a child that is ready takes over: the next run uses one that was running before the death", async () => {
  const sandbox = await testSandbox({ size: 2, spares: 0 });
  const seen = await bothOf(sandbox);
  await failureOf(act(sandbox, "abort"));
  expect(seen).toContain(await act(sandbox, "pid"));
});

test("spares are kept beside the children that work, where they are asked for", async () => {
  const childrenOf = async (options: { size: number; spares?: number }, children: number) => {
    const temporaryParent = await temporaryFolder();
    await testSandbox({ ...options, temporaryParent });
    const directories = async () =>
      (await readdir(temporaryParent, { recursive: true })).filter((name) => /child-\d+$/.test(name)).length;
    while ((await directories()) < children) await delay(10);
    return await directories();
  };
  expect(await childrenOf({ size: 1, spares: 2 }, 3)).toBe(3);
  expect(await childrenOf({ size: 2 }, 2)).toBe(2);
});

test("the child that worked last works next, so that the others stay small", async () => {
  const sandbox = await testSandbox({ size: 2, spares: 0 });
  await bothOf(sandbox);
  const last = await act(sandbox, "pid");
  for (let run = 0; run < 5; run += 1) expect(await act(sandbox, "pid")).toBe(last);
});

/** Waits until the task `ignoreSignals` has left its mark somewhere under a sandbox's temporary root. */
async function untilStarted(temporaryParent: string): Promise<void> {
  while (!(await readdir(temporaryParent, { recursive: true })).some((name) => name.endsWith("started"))) {
    await delay(10);
  }
}

async function untilRunDirectories(temporaryParent: string, count: number): Promise<void> {
  const made = async () =>
    (await readdir(temporaryParent, { recursive: true })).filter((name) => /run-\w+$/.test(name));
  while ((await made()).length < count) await delay(10);
}

test("a dead child's directory is removed with everything in it while the sandbox goes on", async () => {
  const temporaryParent = await temporaryFolder();
  const sandbox = await testSandbox({ spares: 0, temporaryParent });
  const directories = async () =>
    (await readdir(temporaryParent, { recursive: true })).filter((name) => /child-\d+$/.test(name));
  const [first] = await directories();
  await failureOf(act(sandbox, "abort"));
  await act(sandbox, "pid");
  while ((await directories()).includes(first ?? "")) await delay(10);
  expect(await directories()).toHaveLength(1);
});

test("a run that is aborted fails as aborted and its child is killed", async () => {
  const temporaryParent = await temporaryFolder();
  const sandbox = await testSandbox({ spares: 0, temporaryParent });
  const pid = Number(await act(sandbox, "pid"));
  const controller = new AbortController();
  const run = failureOf(act(sandbox, "ignoreSignals", {}, {}, controller.signal));
  await untilStarted(temporaryParent);
  controller.abort(new Error("lease lost"));
  expect(await run).toMatchObject({ reason: "aborted", detail: expect.stringContaining("lease lost") });
  await untilGone([pid]);
});

test("a run that waits for a child is aborted without one", async () => {
  const temporaryParent = await temporaryFolder();
  const sandbox = await testSandbox({ size: 1, spares: 0, temporaryParent });
  const first = new AbortController();
  const busy = failureOf(act(sandbox, "ignoreSignals", {}, {}, first.signal));
  await untilStarted(temporaryParent);
  const controller = new AbortController();
  const waiting = failureOf(act(sandbox, "pid", {}, {}, controller.signal));
  await untilRunDirectories(temporaryParent, 2);
  controller.abort();
  expect((await waiting).reason).toBe("aborted");
  first.abort();
  expect((await busy).reason).toBe("aborted");
  expect(await act(sandbox, "pid")).toEqual(expect.any(Number));
});

test("a run whose signal has already aborted never starts", async () => {
  const sandbox = await testSandbox();
  expect((await failureOf(act(sandbox, "pid", {}, {}, AbortSignal.abort()))).reason).toBe("aborted");
});

test("at most as many runs as the sandbox's size go on at once, and all are served", async () => {
  const sandbox = await testSandbox({ size: 2, spares: 1 });
  const pids = await Promise.all(Array.from({ length: 12 }, () => act(sandbox, "pid")));
  expect(pids).toHaveLength(12);
  expect(new Set(pids).size).toBeLessThanOrEqual(3);
});

test("a child retires after its number of runs", async () => {
  const sandbox = await testSandbox({ spares: 0, retireAfterRuns: 2 });
  const pids = [];
  for (let run = 0; run < 4; run += 1) pids.push(await act(sandbox, "pid"));
  expect(pids[0]).toBe(pids[1]);
  expect(pids[2]).toBe(pids[3]);
  expect(pids[0]).not.toBe(pids[2]);
});

test("a child that holds too much memory at rest retires after its hundredth run", async () => {
  const pidsOf = async (retireAboveBytes: number) => {
    const sandbox = await testSandbox({ spares: 0, retireAboveBytes });
    const pids = new Set<unknown>();
    for (let run = 0; run < 101; run += 1) pids.add(await act(sandbox, "pid"));
    return pids.size;
  };
  expect(await pidsOf(1024 ** 2)).toBe(2);
  expect(await pidsOf(1024 ** 3)).toBe(1);
});

test("tasks to preload are loaded without a run", async () => {
  const [loading, plain] = [await testSandbox({ preload: ["preloaded"] }), await testSandbox()];
  await Promise.all([loading.loaded, plain.loaded]);
  expect([await act(loading, "preloaded"), await act(plain, "preloaded")]).toEqual([true, false]);
});

test("a child serves while it loads a task that takes long, and is asked for another", async () => {
  const sandbox = await testSandbox({ preload: ["endless"] });
  let loaded = false;
  sandbox.loaded.then(
    () => {
      loaded = true;
    },
    () => {},
  );
  expect([await act(sandbox, "echo"), loaded]).toEqual([{ act: "echo" }, false]);
});

test("a sandbox whose children cannot load a task starts, and says of which failure they die", async () => {
  const sandbox = await testSandbox({ preload: ["broken"] });
  const failure = await failureOf(sandbox.loaded);
  expect(failure).toMatchObject({
    reason: "crashed",
    task: "load",
    detail: expect.stringContaining("is not in the image"),
  });
});

test("an idle child that dies is replaced", async () => {
  const sandbox = await testSandbox({ spares: 0 });
  const pid = Number(await act(sandbox, "pid"));
  process.kill(pid, "SIGKILL");
  await untilGone([pid]);
  const next = await act(sandbox, "pid").catch(() => act(sandbox, "pid"));
  expect(next).not.toBe(pid);
});

test("closing fails running and waiting tasks, kills the children and leaves no file", async () => {
  const temporaryParent = await temporaryFolder();
  const sandbox = await testSandbox({ size: 1, spares: 0, temporaryParent });
  const pid = Number(await act(sandbox, "pid"));
  const runs = [failureOf(act(sandbox, "ignoreSignals"))];
  await untilStarted(temporaryParent);
  runs.push(failureOf(act(sandbox, "pid")));
  await sandbox.close();
  expect((await Promise.all(runs)).map(({ reason }) => reason)).toEqual(["aborted", "aborted"]);
  expect(isRunning(pid)).toBe(false);
  expect(await readdir(temporaryParent)).toEqual([]);
});

test("a sandbox whose children cannot start says why and leaves nothing behind", async () => {
  const temporaryParent = await temporaryFolder();
  const childEntry = join(temporaryParent, "missing.ts");
  const failure = await failureOf(createSandbox({ size: 1, log: silent, childEntry, temporaryParent }));
  expect(failure).toMatchObject({ reason: "crashed", detail: expect.stringContaining("missing.ts") });
  expect(await readdir(temporaryParent)).toEqual([]);
});

test("a temporary directory that is a link works too", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "real"));
  await symlink(join(folder, "real"), join(folder, "link"));
  const sandbox = await testSandbox({ temporaryParent: join(folder, "link") });
  expect(await act(sandbox, "write", { path: "output", text: "x" })).toBeNull();
});

test("the next start removes the root of a dead worker, but not of a living one", async () => {
  const parent = await temporaryFolder();
  const living = await makeTemporaryRoot(parent);
  const gone = spawn(process.execPath, ["-e", "0"]);
  await once(gone, "exit");
  await mkdir(join(parent, `fifo-fleet-sandbox-${gone.pid}-123-abcdef`));
  // This process's id with another start time: an earlier owner of the id.
  await mkdir(join(parent, `fifo-fleet-sandbox-${process.pid}-1-abcdef`));
  await mkdir(join(parent, "somebody-elses"));
  const next = await makeTemporaryRoot(parent);
  const names = (await readdir(parent)).map((name) => join(parent, name)).sort();
  expect(names).toEqual([living, next, join(parent, "somebody-elses")].sort());
});

test.skipIf(launcher.confinement.parentDeath !== "signal")(
  "no child outlives a worker killed without notice, not even one stuck in a loop",
  async () => {
    const entry = fileURLToPath(new URL("../../../support/sandbox-worker.ts", import.meta.url));
    const worker = spawn(process.execPath, [entry, await temporaryFolder()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void worker.kill("SIGKILL"));
    const [line] = await once(worker.stdout, "data");
    const children: number[] = JSON.parse(String(line));
    expect(children.length).toBeGreaterThanOrEqual(2);
    expect(children.every(isRunning)).toBe(true);
    worker.kill("SIGKILL");
    await untilGone(children);
  },
);
