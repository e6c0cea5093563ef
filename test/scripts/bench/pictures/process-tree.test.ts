// CPU time of a process tree, as /proc tells it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { treeCpuMs } from "../../../../scripts/bench/pictures/process-tree.ts";

/** Uses 300 ms of CPU time, says so and stays. */
const burn = `while (process.cpuUsage().user < 300_000);`;
const stay = `console.log("burnt"); setInterval(() => {}, 1000);`;

async function started(program: string): Promise<number> {
  const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child.pid ?? 0;
}

const onLinux = test.runIf(existsSync("/proc/self/stat"));

onLinux("what a process has used is counted", async () => {
  expect(treeCpuMs(await started(burn + stay))).toBeGreaterThanOrEqual(250);
});

onLinux("what its living children and its ended ones have used is counted too", async () => {
  const ended = `require("node:child_process").execFileSync(process.execPath, ["--eval", ${JSON.stringify(burn)}]);`;
  expect(treeCpuMs(await started(ended + stay))).toBeGreaterThanOrEqual(250);
  const living = `const child = require("node:child_process").spawn(process.execPath,
    ["--eval", ${JSON.stringify(burn + stay)}], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.pipe(process.stdout); process.on("exit", () => child.kill("SIGKILL")); process.on("SIGTERM", () => process.exit());`;
  const pid = await started(living);
  expect(treeCpuMs(pid)).toBeGreaterThanOrEqual(250);
  process.kill(pid, "SIGTERM");
});

onLinux("a process that is not there has no figure", () => {
  expect(treeCpuMs(2 ** 30)).toBeNaN();
});
