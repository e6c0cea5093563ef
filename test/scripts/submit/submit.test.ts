import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type SubmitLine, submitLineSchema } from "../../../scripts/submit/line.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { type Decision, type StandInWorker, startStandInWorker } from "../../support/stand-in-worker.ts";
import { until } from "../../support/until.ts";
import { withoutProgress } from "../../support/written.ts";

const command = fileURLToPath(new URL("../../../scripts/submit.ts", import.meta.url));
let provisioned: Provisioned;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => provisioned.close());

function folderWith(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), "fleet-submit-"));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

let fleets = 0;
type Fleet = { names: ResourceNames; worker: StandInWorker };

/** A fleet whose uploads end as decided. */
async function startFleet(decide: (key: string) => Decision | Promise<Decision>): Promise<Fleet> {
  fleets += 1;
  const names = await provisioned.provision(`submit-${fleets}`);
  const worker = await startStandInWorker(provisioned, names, decide);
  cleanUps.push(worker.close);
  return { names, worker };
}

type Run = { child: ChildProcess; ended: Promise<{ code: number | null; stdout: string; stderr: string }> };

/** Starts the command as a process of its own, with nothing of this one's environment. */
function start(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [command, ...args], {
    env: { AWS_ENDPOINT_URL: provisioned.cloud.url, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  cleanUps.push(() => child.kill("SIGKILL"));
  return { child, ended: ended.then((code) => ({ code, ...texts })) };
}

const submit = (args: string[], { names }: Fleet) => start(args, { FLEET_NAME: names.fleet }).ended;

/** Every line, checked against the published shape, by input. */
function linesOf(stdout: string): SubmitLine[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => submitLineSchema.strict().parse(JSON.parse(line)))
    .sort((a, b) => a.input.localeCompare(b.input));
}

async function uploadsOf({ names }: Fleet): Promise<(string | undefined)[]> {
  const list = new ListObjectsV2Command({ Bucket: names.buckets.uploads });
  const { Contents = [] } = await provisioned.s3.send(list);
  return Contents.map(({ Key }) => Key);
}

function fault(rule: Provisioned["cloud"]["faults"][number]): void {
  const { faults } = provisioned.cloud;
  faults.push(rule);
  cleanUps.push(() => faults.splice(faults.indexOf(rule), 1));
}

test("every input of a directory ends as one line of JSON with its outcome, and the command exits 0", async () => {
  const folder = folderWith({ "a.jpg": "a", "sub dir/Straße +1.png": "b", "fake.png": "%PDF" });
  const fleet = await startFleet((key) => (key.endsWith("fake.png") ? "rejected" : "completed"));
  const { code, stdout, stderr } = await submit([folder, "--wait", "--json", "--album", "My album"], fleet);
  const lines = linesOf(stdout);
  const completed = (key: string) => ({
    outcome: "completed",
    reason: null,
    result: { bucket: fleet.names.buckets.results, key, width: 400, height: 300, contentType: "image/png" },
  });
  expect(lines).toMatchObject([
    { v: 1, kind: "image", input: join(folder, "a.jpg"), ...completed("My album/a.jpg") },
    { input: join(folder, "fake.png"), outcome: "rejected", reason: "My album/fake.png is not a picture." },
    { input: join(folder, "sub dir/Straße +1.png"), ...completed("My album/sub dir/Straße +1.png") },
  ]);
  expect(lines[1]?.result).toBeNull();
  expect(new Set(lines.map(({ jobId }) => jobId)).size).toBe(3);
  expect(withoutProgress(stderr)).toBe("submit: 3 inputs: 2 completed, 1 rejected\n");
  expect(code).toBe(0);
});

test("an upload equals the file byte for byte, also a large one that goes in parts", async () => {
  const large = Buffer.alloc(20 * 1024 * 1024, "large");
  const folder = folderWith({ "large.tif": large, "empty.png": "" });
  const fleet = await startFleet(() => "running");
  const { code, stdout } = await submit([folder, "--json"], fleet);
  expect(code).toBe(0);
  const seen = linesOf(stdout).map(({ outcome, reason, result }) => ({ outcome, reason, result }));
  const submitted = { outcome: null, reason: null, result: null };
  expect(seen).toEqual([submitted, submitted]);
  const read = async (Key: string) => {
    const get = new GetObjectCommand({ Bucket: fleet.names.buckets.uploads, Key });
    const { Body } = await provisioned.s3.send(get);
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  expect((await read("inbox/large.tif")).equals(large)).toBe(true);
  expect(await read("inbox/empty.png")).toHaveLength(0);
});

test("the same file submitted twice is two versions and so two jobs", async () => {
  const folder = folderWith({ "a.jpg": "a" });
  const fleet = await startFleet(() => "completed");
  const runs = [await submit([folder, "--json"], fleet), await submit([folder, "--json"], fleet)];
  const jobIds = runs.flatMap(({ stdout }) => linesOf(stdout).map(({ jobId }) => jobId));
  for (const jobId of jobIds) expect(jobId).toMatch(/^resize-image\/[0-9a-f]{40}$/);
  expect(new Set(jobIds).size).toBe(2);
});

test("a dead-lettered input is reported with its cause, and the command exits 1", async () => {
  const folder = folderWith({ "a.jpg": "a", "b.jpg": "b" });
  const fleet = await startFleet((key) => (key.endsWith("b.jpg") ? "dead-lettered" : "completed"));
  const { code, stdout, stderr } = await submit([folder, "--wait", "--json"], fleet);
  expect(linesOf(stdout)[1]).toMatchObject({
    input: join(folder, "b.jpg"),
    outcome: "dead-lettered",
    reason: "it failed every time",
    result: null,
  });
  expect(withoutProgress(stderr)).toBe("submit: 2 inputs: 1 completed, 1 dead-lettered\n");
  expect(code).toBe(1);
});

test("an input without an outcome within the timeout is reported as timed out, and the command exits 1", async () => {
  const folder = folderWith({ "a.jpg": "a" });
  const fleet = await startFleet(() => "running");
  const { code, stdout } = await submit([folder, "--wait", "--json", "--timeout", "1"], fleet);
  const reason = "no outcome within 1 s of the last submission; the job may still end";
  expect(linesOf(stdout)).toMatchObject([{ outcome: "timed-out", reason, result: null }]);
  expect(code).toBe(1);
});

test("an upload that fails is reported with its reason, the others go on, and the command exits 1", async () => {
  const folder = folderWith({ "a.jpg": "a", "b.jpg": "b" });
  const fleet = await startFleet(() => "completed");
  fault(({ action, request }) =>
    action === "PutObject" && request.path.endsWith("/a.jpg")
      ? { kind: "error", status: 403, code: "AccessDenied", message: "No." }
      : undefined,
  );
  const { code, stdout, stderr } = await submit([folder, "--wait", "--json"], fleet);
  expect(linesOf(stdout)).toMatchObject([
    { input: join(folder, "a.jpg"), jobId: null, outcome: null, reason: "No.", result: null },
    { input: join(folder, "b.jpg"), outcome: "completed" },
  ]);
  expect(withoutProgress(stderr)).toBe("submit: 2 inputs: 1 completed, 1 not submitted\n");
  expect(code).toBe(1);
});

test("an upload whose connection breaks once is sent again", async () => {
  const folder = folderWith({ "a.jpg": "a" });
  const fleet = await startFleet(() => "completed");
  let broken = 0;
  fault(({ action, request }) => {
    if (action !== "PutObject" || !request.path.endsWith("inbox/a.jpg") || broken > 0) return undefined;
    broken += 1;
    return { kind: "drop-before-apply" };
  });
  const { code, stdout } = await submit([folder, "--wait", "--json"], fleet);
  expect([broken, linesOf(stdout)[0]?.outcome, code]).toEqual([1, "completed", 0]);
});

test("no more uploads run at once than asked for", async () => {
  const names = Array.from({ length: 12 }, (_, index) => [`p${index}.jpg`, `${index}`]);
  const folder = folderWith(Object.fromEntries(names));
  const fleet = await startFleet(() => "completed");
  const seen = { now: 0, most: 0 };
  fault(({ action, request }) => {
    if (action !== "PutObject" || !request.path.includes(fleet.names.buckets.uploads)) return undefined;
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    setTimeout(() => {
      seen.now -= 1;
    }, 100);
    return { kind: "delay", beforeMs: 100, afterMs: 0 };
  });
  expect((await submit([folder, "--json", "--concurrency", "3"], fleet)).code).toBe(0);
  expect(seen.most).toBeLessThanOrEqual(3);
  expect(seen.most).toBeGreaterThan(1);
});

test("without --json there is a line for people for each input", async () => {
  const folder = folderWith({ "a.jpg": "a", "b.jpg": "b" });
  const fleet = await startFleet((key) => (key.endsWith("b.jpg") ? "rejected" : "completed"));
  const { stdout } = await submit([folder, "--wait"], fleet);
  const lines = stdout.split("\n").sort();
  expect(lines[1]).toMatch(/^completed {6}.*\/a\.jpg {2}\(400x300 image\/png\) {2}\d+\.\d s$/);
  expect(lines[2]).toMatch(/^rejected {7}.*\/b\.jpg {2}\(inbox\/b\.jpg is not a picture\.\) {2}\d+\.\d s$/);
});

test("Ctrl-C stops the wait and leaves what was submitted", async () => {
  const folder = folderWith({ "a.jpg": "a", "b.jpg": "b" });
  const fleet = await startFleet((key) => (key.endsWith("b.jpg") ? "running" : "completed"));
  const { child, ended } = start([folder, "--wait", "--json"], { FLEET_NAME: fleet.names.fleet });
  let seen = "";
  child.stdout?.on("data", (chunk) => {
    seen += chunk;
  });
  await until("the first outcome", () => seen.includes("\n"));
  await until("both uploads", () => fleet.worker.uploads.length === 2);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect(linesOf(stdout)).toMatchObject([{ input: join(folder, "a.jpg"), outcome: "completed" }]);
  expect(withoutProgress(stderr)).toBe("submit: 2 inputs: 1 completed, 1 interrupted\n");
  expect(code).toBe(130);
  expect(await uploadsOf(fleet)).toEqual(["inbox/a.jpg", "inbox/b.jpg"]);
});

test("a reader that goes away ends the command", async () => {
  const folder = folderWith({ "a.jpg": "a", "b.jpg": "b" });
  const fleet = await startFleet((key) => (key.endsWith("b.jpg") ? "running" : "completed"));
  const { child, ended } = start([folder, "--wait", "--json"], { FLEET_NAME: fleet.names.fleet });
  child.stdout?.destroy();
  expect((await ended).code).toBe(130);
});

test.each([
  [[], "nothing to submit: name files or directories"],
  [["/no/such.jpg"], "/no/such.jpg does not exist"],
  [["--bogus"], "unknown option '--bogus'"],
  [["/dev/null"], "/dev/null is neither a file nor a directory"],
  [
    ["--timeout", "0", "x"],
    "option '--timeout <seconds>' argument '0' is invalid. It takes a number from 1 to 86400.",
  ],
  [
    ["--concurrency", "1.5", "x"],
    "option '--concurrency <n>' argument '1.5' is invalid. It takes a whole number.",
  ],
  [
    ["--smtp", "nowhere", "x"],
    "option '--smtp <host:port>' argument 'nowhere' is invalid. It takes HOST:PORT,",
  ],
  [["--to", "a b@c", "x"], "option '--to <address>' argument 'a b@c' is invalid. It takes one mail address."],
  [["--mbox-quoting", "x", "x"], "option '--mbox-quoting <variant>' argument 'x' is invalid."],
  [["--album", "a/../b", "x"], "option '--album <album>' argument 'a/../b' is invalid. It takes a name,"],
])("the arguments %j are refused with one line and exit code 2", async (args, problem) => {
  const { code, stdout, stderr } = await start(args).ended;
  expect(stderr).toMatch(/^submit: [^\n]+\n$/);
  expect(stderr).toContain(`submit: ${problem}`);
  expect([code, stdout]).toEqual([2, ""]);
});

test("a mail without a mail server is reported with the reason, the others go on", async () => {
  const folder = folderWith({ "a.jpg": "a", "b.eml": "From: a@example.org\n\nb" });
  const fleet = await startFleet(() => "completed");
  const { code, stdout } = await submit([folder, "--wait", "--json"], fleet);
  const reason = `the mail server of ${provisioned.cloud.url} is unknown; name it with --smtp HOST:PORT`;
  expect(linesOf(stdout)).toMatchObject([
    { kind: "image", outcome: "completed" },
    { kind: "mail", jobId: null, outcome: null, reason, result: null },
  ]);
  expect(code).toBe(1);
});

/** A mail server that refuses the recipients whose name is a reply code, with that code. */
async function pickyMailServer(): Promise<string> {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    authOptional: true,
    onRcptTo: ({ address }, _, callback) =>
      callback(Object.assign(new Error("no such user here"), { responseCode: Number.parseInt(address, 10) })),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  cleanUps.push(() => server.close());
  const address = server.server.address();
  return `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

test("a mail whose recipient the server refuses for good is rejected with the reason; one it refuses for now is not", async () => {
  const mail = (to: string) => `From: a@example.org\nTo: ${to}\n\nb`;
  const folder = folderWith({ "a.eml": mail("550@example.org"), "b.eml": mail("451@example.org") });
  const fleet = await startFleet(() => "completed");
  const smtp = await pickyMailServer();
  const { code, stdout, stderr } = await submit([folder, "--wait", "--json", "--smtp", smtp], fleet);
  expect(linesOf(stdout)).toMatchObject([
    {
      kind: "mail",
      jobId: null,
      outcome: "rejected",
      reason: "the mail server refused the mail: 550 no such user here",
      result: null,
    },
    { kind: "mail", jobId: null, outcome: null, reason: expect.stringContaining("451") },
  ]);
  expect(withoutProgress(stderr)).toBe("submit: 2 inputs: 1 rejected, 1 not submitted\n");
  expect(code).toBe(1);
  const alone = await submit([join(folder, "a.eml"), "--wait", "--json", "--smtp", smtp], fleet);
  expect(alone.code).toBe(0);
});

test("a missing fleet is reported in one line with exit code 1", async () => {
  const folder = folderWith({ "a.jpg": "a" });
  const { code, stderr } = await start([folder], { FLEET_NAME: "nobody" }).ended;
  expect(stderr).toMatch(/^submit: there is no fleet nobody at [^\n]+\n$/);
  expect(code).toBe(1);
});

test("--help explains itself and exits 0", async () => {
  const { code, stdout } = await start(["--help"]).ended;
  expect(stdout).toContain("--wait");
  expect(code).toBe(0);
});
