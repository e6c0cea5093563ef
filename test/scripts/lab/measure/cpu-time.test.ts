// CPU time of a process tree, read from /proc.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { treeCpu } from "../../../../scripts/lab/measure/processes.ts";

/** Uses 300 ms of CPU time, reports it and keeps running. */
const burn = `while (process.cpuUsage().user < 300_000);`;
const stay = `console.log("burnt"); setInterval(() => {}, 1000);`;

async function started(program: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return Object.assign(child, { pid: child.pid ?? 0 });
}

function childrenMs(pid: number): number {
  const { treeMs, ownMs } = treeCpu(pid);
  return treeMs - ownMs;
}

const onLinux = test.runIf(existsSync("/proc/self/stat"));

onLinux("the CPU time of a process is counted", async () => {
  const { treeMs, ownMs } = treeCpu((await started(burn + stay)).pid);
  expect(ownMs).toBeGreaterThanOrEqual(250);
  expect(treeMs).toBe(ownMs);
});

onLinux(
  "the CPU time of its running and its exited children is counted too, apart from its own",
  async () => {
    const ended = `require("node:child_process").execFileSync(process.execPath, ["--eval", ${JSON.stringify(burn)}]);`;
    expect(childrenMs((await started(ended + stay)).pid)).toBeGreaterThanOrEqual(250);
    const living = `const child = require("node:child_process").spawn(process.execPath,
    ["--eval", ${JSON.stringify(burn + stay)}], { stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.pipe(process.stdout); process.on("exit", () => child.kill("SIGKILL")); process.on("SIGTERM", () => process.exit());`;
    const parent = await started(living);
    expect(childrenMs(parent.pid)).toBeGreaterThanOrEqual(250);
    // Wait: if it were killed before it ended its own child, the child would stay and keep this run's output open.
    parent.kill("SIGTERM");
    await once(parent, "exit");
  },
);

onLinux("a process that does not exist has no figure", () => {
  expect(treeCpu(2 ** 30)).toEqual({ treeMs: Number.NaN, ownMs: Number.NaN });
});
