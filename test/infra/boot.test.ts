// The boot of an instance, executed: the real scripts on a machine of stubs, with every step failing in turn.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bootScript } from "../../infra/constructs/boot-script.ts";
import { liveChecks } from "../../infra/instance-life.ts";
import { type StubHost, stubHost } from "../support/stub-host.ts";
import { until } from "../support/until.ts";

const script = bootScript({
  region: "eu-west-1",
  image: "registry.example/fleet:1",
  registry: "registry.example",
  logGroup: "/fleet/workers",
  fleet: "fleet",
  group: "fleet-workers",
  version: "3f9a1c02-7be1",
  environment: { FLEET_NAME: "fleet" },
});

const called = (host: StubHost, what: string) => host.calls().filter((call) => call.startsWith(what));
const started = "systemctl enable --now fifo-fleet-worker.service fifo-fleet-health.timer";

/** Metrics that the instance told CloudWatch, by name. */
const metricsOf = (host: StubHost) =>
  host.shipped().flatMap(({ message }) => {
    if (!message.startsWith('{"_aws"')) return [];
    const { _aws, ...values } = JSON.parse(message);
    const [{ Metrics, Dimensions }] = _aws.CloudWatchMetrics;
    expect(Dimensions).toEqual([["Fleet"], ["Fleet", "Version"]]);
    return Metrics.map(({ Name }: { Name: string }) => ({ name: Name, value: values[Name], ...values }));
  });

test("a new instance installs Docker, pulls the image and starts the worker, and tells how long that took", async () => {
  const host = stubHost();
  expect(await host.run(script)).toBe(0);
  expect(called(host, "dnf")).toHaveLength(1);
  expect(called(host, "docker pull")).toEqual(["docker pull --quiet registry.example/fleet:1"]);
  expect(host.calls()).toContain(started);
  expect(host.file("/etc/fifo-fleet/instance.env")).toBe(
    "INSTANCE_ID=i-0123456789abcdef0\nMEMORY_MB=3296\nTMP_MB=952\n",
  );
  expect(host.file("/etc/systemd/system/fifo-fleet-worker.service")).toContain("registry.example/fleet:1");
  expect(called(host, "shutdown")).toEqual([]);
  expect(metricsOf(host)).toEqual([
    expect.objectContaining({ name: "BootSeconds", value: expect.any(Number), Version: "3f9a1c02-7be1" }),
  ]);
});

test("nothing is fetched that the AMI already contains", async () => {
  const host = stubHost({ docker: true, image: true });
  expect(await host.run(script)).toBe(0);
  for (const what of ["dnf", "docker pull", "docker login", "aws ecr"])
    expect(called(host, what)).toEqual([]);
  expect(host.calls()).toContain(started);
});

test("steps that fail for a while are tried again, with growing pauses", async () => {
  const host = stubHost({ fails: { "api/token": 3, "^dnf": 4, "get-login": 2, "docker pull": 1 } });
  expect(await host.run(script)).toBe(0);
  const pauses = called(host, "sleep").map((call) => Number(call.split(" ")[1]));
  expect(pauses).toEqual([2, 5, 10, 2, 5, 10, 20, 2, 5, 10]);
  expect(host.calls()).toContain(started);
});

const steps: Record<string, [fails: string, step: string]> = {
  "no metadata token": ["api/token", "read the metadata"],
  "no instance id": ["instance-id", "read the metadata"],
  "no package": ["^dnf", "install Docker"],
  "a Docker that does not start": ["--now docker", "start Docker"],
  "no password for the registry": ["get-login", "pull the image"],
  "a registry that refuses the password": ["docker login", "pull the image"],
  "no image": ["docker pull", "pull the image"],
  "units that cannot be loaded": ["daemon-reload", "start the worker"],
  "a worker's unit that cannot be started": ["--now fifo-fleet-worker", "start the worker"],
};

test.each(Object.entries(steps))("with %s the instance tells why and ends", async (_, [fails, step]) => {
  const host = stubHost({ fails: { [fails]: -1 } });
  expect(await host.run(script)).not.toBe(0);
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
  const why = `the boot failed at the step: ${step}`;
  expect(host.console()).toContain(why);
  expect(metricsOf(host)).toEqual([
    expect.objectContaining({ name: "InstancesFailed", value: 1, reason: expect.stringContaining(why) }),
  ]);
  const log = host.shipped()[0]?.message ?? "";
  expect(log).toContain(why);
  expect(called(host, "aws autoscaling complete-lifecycle-action")[0]).toMatch(
    /--auto-scaling-group-name fleet-workers --lifecycle-hook-name ready --lifecycle-action-result ABANDON/,
  );
  expect(called(host, "aws autoscaling set-instance-health")[0]).toContain("--health-status Unhealthy");
});

test("a step that never succeeds is given up after minutes, not hours", async () => {
  const host = stubHost({ fails: { "docker pull": -1 } });
  await host.run(script);
  const waited = called(host, "sleep").reduce((sum, call) => sum + Number(call.split(" ")[1]), 0);
  expect(waited).toBeGreaterThan(180);
  expect(waited).toBeLessThan(300);
});

test("the instance ends even where AWS answers nothing at all", async () => {
  const host = stubHost({ fails: { "^aws": -1 } });
  expect(await host.run(script)).not.toBe(0);
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
  expect(host.console()).toContain("CloudWatch Logs did not take the log");
});

test("the instance ends when its disk takes no file", async () => {
  const host = stubHost();
  const noFolder = join(host.root, "proc/meminfo");
  expect(await host.run(script, noFolder)).not.toBe(0);
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
});

test("the instance ends when the script is ended in the middle", async () => {
  const host = stubHost({ docker: true, fails: { "docker pull": -1 } });
  writeFileSync(join(host.root, "../stubs/sleep"), "#!/bin/bash\nread -t 3 <> <(:)\n");
  const { child, ended } = host.start([], script);
  await until("the first pull", () => called(host, "docker pull").length > 0);
  child.kill("SIGTERM");
  expect(await ended).not.toBe(0);
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
});

test("the log is sent as valid JSON whatever programs print into it", async () => {
  const host = stubHost({ fails: { "^dnf": 1 } });
  await host.run(script);
  expect(host.shipped()[0]?.message).toMatch(/no: "dnf install [^"]+docker" \\ +\n/);
});

/** A machine that has booted, and its health check. */
async function booted() {
  const host = stubHost({ docker: true, image: true });
  expect(await host.run(script)).toBe(0);
  return { host, check: () => host.runFile("/usr/local/lib/fifo-fleet/health.sh") };
}

test("a worker that answers keeps its instance, and an answer makes earlier misses forgotten", async () => {
  const { host, check } = await booted();
  for (const miss of [true, true, true, true, true, false, true, true, true, true, true]) {
    host.fail(miss ? { "8081/live": -1 } : {});
    await check();
  }
  expect(called(host, "shutdown")).toEqual([]);
});

test(`after ${liveChecks.mostMisses} misses in a row the instance is reported as unhealthy and ends`, async () => {
  const { host, check } = await booted();
  host.fail({ "8081/live": -1 });
  for (let miss = 1; miss < liveChecks.mostMisses; miss += 1) await check();
  expect(called(host, "aws autoscaling")).toEqual([]);
  await check();
  expect(called(host, "aws autoscaling set-instance-health")).toHaveLength(1);
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
  expect(metricsOf(host).at(-1)).toMatchObject({ name: "InstancesFailed", value: 1 });
});

test("an instance whose worker has ended cleanly is given up sooner, because nothing starts it again", async () => {
  const { host, check } = await booted();
  host.fail({ "8081/live": -1 });
  host.write("unit-state", "inactive");
  for (let miss = 0; miss < liveChecks.mostEnded; miss += 1) await check();
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
});

test("a unit that systemd has given up ends the instance, and its last lines are sent", async () => {
  const { host } = await booted();
  await host.runFile("/usr/local/lib/fifo-fleet/failed.sh");
  expect(called(host, "shutdown")).toEqual(["shutdown -h now"]);
  expect(
    host
      .shipped()
      .map(({ message }) => message)
      .join(),
  ).toContain("the last words of the unit");
  expect(metricsOf(host).at(-1)).toMatchObject({ name: "InstancesFailed", value: 1 });
});

test("the user data fits into the 16 KiB that EC2 takes", () => {
  expect(Buffer.byteLength(script)).toBeLessThan(14 * 1024);
});
