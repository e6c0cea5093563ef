// Every drill once, on a running local system, as a person types it.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { DrillResult } from "../../scripts/lab/drill/drill-result.ts";
import type { FleetDrillResult } from "../../scripts/lab/drill/fleet-result.ts";
import { runDrill } from "../../scripts/lab/drill/run-drill.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";

// Some of the drills have to wait for leases to expire, whatever else this machine does meanwhile.
vi.setConfig({ testTimeout: 300_000 });

let system: RunningLocal;
beforeAll(async () => {
  system = await startLocal(["--min-workers", "2"], { FLEET_VISIBILITY_SECONDS: "10" });
});
afterAll(async () => {
  expect(await system.interrupt()).toBe(0);
});

async function drill(...args: string[]): Promise<DrillResult> {
  const { stdout, stderr, code } = await system.run("scripts/lab.ts", ["drill", ...args, "--json"]);
  expect([code, stdout === "" ? stderr : (JSON.parse(stdout) as DrillResult).problems]).toEqual([0, []]);
  const result = JSON.parse(stdout) as DrillResult;
  expect(result).toMatchObject({ v: 1, drill: args[0], left: 0 });
  expect(result.held).toBeGreaterThan(0);
  expect(result.jobs.completed).toBe(result.jobs.fed);
  return result;
}

test("a spot interruption: held messages are finished, or returned and picked up by the other worker", async () => {
  const result = await drill("spot", "--seconds", "60");
  expect(result.finished + result.handedBack).toBe(result.held + result.landed);
  expect(result.pickedUp.count).toBe(result.handedBack);
  expect(result).toMatchObject({ takenOver: 0, lifecycle: { completed: 0 }, exit: { code: 0 } });
});

test("a scale-in: the lifecycle action is completed once, after the last message is settled", async () => {
  const result = await drill("scale-in");
  expect(result).toMatchObject({ takenOver: 0, lifecycle: { completed: 1 }, exit: { code: 0 } });
  expect(result.finished + result.handedBack).toBe(result.held + result.landed);
});

test("a rebalance recommendation: the worker becomes cautious and continues", async () => {
  expect(await drill("rebalance")).toMatchObject({ announced: "cautious", exit: null, handedBack: 0 });
});

test("a crash: another worker takes over after the lease, and nothing is done twice", async () => {
  const result = await drill("crash");
  expect(result).toMatchObject({ handedBack: 0, exit: { signal: "SIGKILL" } });
  expect(result.finished + result.takenOver).toBe(result.held);
});

test("a pause longer than the lease: another worker takes over, and the resumed worker changes nothing", async () => {
  const result = await drill("pause");
  expect(result.exit).toBeNull();
  expect(result.takenOver).toBeGreaterThan(0);
});

test("an outage of S3: nothing is dead-lettered, and work goes on soon after its end", async () => {
  const { outage } = await drill("outage", "--service", "s3", "--seconds", "20");
  expect(outage).toMatchObject({ service: "s3", recoveredSeconds: expect.any(Number) });
});

test("slow SQS calls: every lease is kept alive", async () => {
  expect(await drill("slow-sqs", "--seconds", "5")).toMatchObject({ takenOver: 0, exit: null });
});

/** A drill on the whole fleet. */
async function fleetDrill(name: "rollout" | "no-capacity"): Promise<FleetDrillResult> {
  const { stdout, stderr, code } = await system.run("scripts/lab.ts", ["drill", name, "--json"]);
  expect([code, stdout === "" ? stderr : (JSON.parse(stdout) as FleetDrillResult).problems]).toEqual([0, []]);
  const result = JSON.parse(stdout) as FleetDrillResult;
  expect(result).toMatchObject({ v: 1, drill: name });
  expect(result.jobs.completed).toBe(result.jobs.fed);
  return result;
}

test("a rollout: a new version replaces every worker under load, and one is always in service", async () => {
  const { rollout } = await fleetDrill("rollout");
  expect(rollout).toMatchObject({ outcome: "Successful", left: 0, versions: [rollout?.version] });
  expect(rollout?.fewestServing).toBeGreaterThanOrEqual(1);
});

test("no spot capacity: the verdict says so, on-demand instances stand in, and leave when spot instances come", async () => {
  const { noCapacity } = await fleetDrill("no-capacity");
  expect(Object.values(noCapacity ?? {})).toEqual([1, 2, 3, 4].map(() => expect.any(Number)));
});

test("the report of a drill is readable text", async () => {
  const { stdout, stderr, code } = await system.run("scripts/lab.ts", ["drill", "rebalance"]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/drill: i-[0-9a-f]+ gets a rebalance recommendation/);
  expect(stdout).toContain("everything held: nothing lost, nothing done twice");
});

const wrong = {
  "an unknown drill": ["flood"],
  "no drill": [],
  "seconds where they do not apply": ["crash", "--seconds", "5"],
  "seconds that are not a number": ["pause", "--seconds", "long"],
  "a notice longer than EC2 gives": ["spot", "--seconds", "121"],
};

/** The command in this process, with what it printed. */
async function command(args: string[], env: Record<string, string> = {}) {
  let [stdout, stderr] = ["", ""];
  const code = await runDrill(args, {
    env,
    stdout: {
      write: (text) => {
        stdout += String(text);
        return true;
      },
    },
    stderr: {
      write: (text) => {
        stderr += String(text);
        return true;
      },
    },
    signal: new AbortController().signal,
  });
  return { stdout, stderr, code };
}

for (const [what, args] of Object.entries(wrong))
  test(`${what} is refused in one line with exit code 2`, async () => {
    const { stdout, stderr, code } = await command(args);
    expect([stdout, code]).toEqual(["", 2]);
    expect(stderr.trim().split("\n")[0]).toMatch(/^drill: /);
  });

test("without a running system the drill says how to start one", async () => {
  expect(await command(["spot"], { AWS_ENDPOINT_URL: "http://127.0.0.1:1" })).toEqual({
    stdout: "",
    stderr: "drill: no FIFO Fleet answers at http://127.0.0.1:1; start it with npm run local\n",
    code: 1,
  });
});
