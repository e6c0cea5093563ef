// What becomes of a campaign's stopped workers when the campaign itself is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isAlive, type ProcessState, processTree } from "../../../../../scripts/lab/measure/processes.ts";
import { until } from "../../../../support/until.ts";

const reaper = pathToFileURL("scripts/lab/campaign/fleet/reaper.ts").href;

/** A stand-in for a campaign: starts a worker, watches it, perhaps forgets it, stops it, and prints its process id. */
const campaign = (then: string) => `
import { spawn } from "node:child_process";
import { startReaper } from ${JSON.stringify(reaper)};
const worker = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
const reaper = startReaper();
reaper.watch(worker.pid);
${then}
worker.kill("SIGSTOP");
console.log(worker.pid);
setInterval(() => {}, 1000);
`;

async function started(then = ""): Promise<{ owner: ChildProcess; worker: ProcessState }> {
  const args = ["--input-type=module", "--eval", campaign(then)];
  const owner = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  const [worker] = processTree(Number(line.toString()));
  onTestFinished(() => {
    owner.kill("SIGKILL");
    if (worker !== undefined && isAlive(worker)) process.kill(worker.pid, "SIGKILL");
  });
  if (worker === undefined) throw new Error("the worker did not start");
  return { owner, worker };
}

test("a stopped worker is killed when the campaign is killed without notice", async () => {
  const { owner, worker } = await started();
  expect(isAlive(worker)).toBe(true);
  owner.kill("SIGKILL");
  await until("the worker to be gone", () => !isAlive(worker));
});

test("a Ctrl-C that reaches the whole process group does not stop the watcher", async () => {
  const { owner, worker } = await started('process.on("SIGINT", () => {});');
  owner.kill("SIGINT");
  owner.kill("SIGKILL");
  await until("the worker to be gone", () => !isAlive(worker));
});

test("a process that was forgotten is left alone, because its id may belong to another one", async () => {
  const { owner, worker } = await started("reaper.forget(worker.pid);");
  const gone = once(owner, "exit");
  owner.kill("SIGKILL");
  await gone;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(isAlive(worker)).toBe(true);
});
