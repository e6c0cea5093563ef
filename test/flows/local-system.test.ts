// The system as a newcomer meets it: `npm run local` and `npm run submit` as processes, real pictures, kills.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localClients } from "../../scripts/local/cloud/identity.ts";

import { imageResultSchema } from "../../scripts/status/results.ts";
import { type SubmitLine, submitLineSchema } from "../../scripts/submit/line.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";
import { hostileFiles } from "../support/pictures/hostile.ts";
import { cornersPicture, oriented } from "../support/pictures/pictures.ts";
import { isAlive, until } from "../support/until.ts";

let folder: string;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-flow-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

async function local(args: string[], environment: Record<string, string> = {}): Promise<RunningLocal> {
  const system = await startLocal(args, environment);
  ends.push(() => system.interrupt());
  return system;
}

function clientsOf({ ready }: RunningLocal) {
  const clients = localClients(ready.aws);
  ends.push(async () => clients.destroy());
  return { ...clients, names: resourceNames(ready.fleet) };
}

const linesOf = (stdout: string): SubmitLine[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => submitLineSchema.parse(JSON.parse(line)));

async function writePictures(): Promise<{ good: string[]; bad: string[] }> {
  const good: string[] = [];
  const put = async (name: string, bytes: Buffer, list: string[]) => {
    await writeFile(join(folder, name), bytes);
    list.push(join(folder, name));
  };
  for (let index = 0; index < 16; index += 1) {
    const [width, height] = [120 + 97 * index, 900 - 41 * index];
    const picture = cornersPicture(width, height);
    await put(`plain ${index}+é.jpg`, await picture.clone().jpeg().toBuffer(), good);
    await put(`lossless-${index}.png`, await picture.clone().png().toBuffer(), good);
  }
  for (let orientation = 1; orientation <= 8; orientation += 1)
    await put(`turned-${orientation}.jpg`, await oriented(orientation, 300, 200), good);
  const bad: string[] = [];
  for (const { name, bytes } of hostileFiles) await put(name, await bytes(), bad);
  return { good, bad };
}

test("every picture ends with one outcome and one effect although workers are killed -9 all the time", async () => {
  const { good, bad } = await writePictures();
  const system = await local(["--min-workers", "2"], { FLEET_VISIBILITY_SECONDS: "4", FLEET_SLOTS: "4" });
  const { s3, db, names } = clientsOf(system);
  await until("two workers", () => system.workers().length === 2);
  const stopKilling = new AbortController();
  const killing = killWorkers(system, stopKilling.signal);
  const { stdout, code } = await system.run("scripts/submit.ts", [
    folder,
    "--album",
    "trip",
    "--wait",
    "--json",
  ]);
  stopKilling.abort();
  expect(await killing).toBeGreaterThan(0);

  const lines = linesOf(stdout);
  const outcomes = new Map(lines.map((line) => [line.input, line]));
  expect(lines).toHaveLength(good.length + bad.length);
  expect(code).toBe(0);
  expect(good.filter((input) => outcomes.get(input)?.outcome !== "completed")).toEqual([]);
  expect(bad.filter((input) => outcomes.get(input)?.outcome !== "rejected")).toEqual([]);
  expect(bad.filter((input) => !outcomes.get(input)?.reason?.endsWith("."))).toEqual([]);

  for (const input of good) {
    const { bucket, key } = imageResultSchema.parse(outcomes.get(input)?.result);
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const metadata = await sharp(await Body?.transformToByteArray()).metadata();
    expect(Math.max(metadata.width, metadata.height)).toBe(400);
    expect(ContentType).toBe(`image/${metadata.format}`);
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
  const left = await s3.send(new ListObjectVersionsCommand({ Bucket: names.buckets.uploads }));
  expect(left.Versions?.map(({ Key }) => Key?.split("/").at(-1)).sort()).toEqual(
    bad.map((input) => input.slice(folder.length + 1)).sort(),
  );
  expect(left.DeleteMarkers ?? []).toEqual([]);
  const { Item } = await db.send(
    new GetCommand({
      TableName: names.tables.albums,
      Key: { album: albumOf(outcomes.get(good[0] ?? "")) },
      ConsistentRead: true,
    }),
  );
  expect(Item?.pictures).toBe(good.length);
});

/** The folder of a result's key. */
function albumOf(line: SubmitLine | undefined): string {
  return imageResultSchema.parse(line?.result).key.split("/").slice(0, -1).join("/");
}

/** Kills a worker twice a second until aborted; resolves to how many were killed. */
async function killWorkers(system: RunningLocal, signal: AbortSignal): Promise<number> {
  let killed = 0;
  while (!signal.aborted && killed < 6) {
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const worker = system.workers()[killed % 2];
    if (signal.aborted || worker === undefined || !isAlive(worker)) continue;
    process.kill(worker, "SIGKILL");
    killed += 1;
  }
  return killed;
}

test("the fleet goes from zero to a worker when a picture comes, and Ctrl-C leaves no process and no port", async () => {
  await writeFile(join(folder, "one.png"), await cornersPicture(500, 300).png().toBuffer());
  const system = await local([]);
  expect(system.workers()).toEqual([]);
  const { stdout } = await system.run("scripts/submit.ts", [join(folder, "one.png"), "--wait", "--json"]);
  expect(linesOf(stdout)[0]).toMatchObject({ outcome: "completed", result: { width: 400, height: 240 } });
  const workers = system.workers();
  expect(workers).toHaveLength(1);
  expect(await system.interrupt()).toBe(0);
  expect(workers.filter(isAlive)).toEqual([]);
  expect(await listens(system.ready.aws)).toBe(false);
  expect(await listens(system.ready.console)).toBe(false);
  expect(await listens(system.ready.web)).toBe(false);
});

function listens(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

test("a second system on the same port says that it is taken and ends with exit code 1", async () => {
  const system = await local([]);
  const second = await system.run("scripts/local.ts", [
    "--port",
    "0",
    "--aws-port",
    new URL(system.ready.aws).port,
  ]);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    /^local: port \d+ is taken: another program, perhaps another "npm run local"/,
  );
});

test("with --data a picture submitted just before kill -9 of everything is done after the next start", async () => {
  const data = join(folder, "state");
  const picture = join(folder, "kept.png");
  await writeFile(picture, await cornersPicture(800, 400).png().toBuffer());
  const first = await local(["--data", data, "--max-workers", "1"], { FLEET_VISIBILITY_SECONDS: "4" });
  const sent = linesOf((await first.run("scripts/submit.ts", [picture, "--json"])).stdout)[0];
  const workers = first.workers();
  const gone = new Promise((resolve) => first.process.once("exit", resolve));
  first.process.kill("SIGKILL");
  await gone;
  await until("the workers to follow", () => !workers.some(isAlive));

  const second = await local(["--data", data], { FLEET_VISIBILITY_SECONDS: "4" });
  const { db, names } = clientsOf(second);
  const row = await until(
    "the job's end",
    async () => {
      const { Item } = await db.send(
        new GetCommand({ TableName: names.tables.jobs, Key: { jobId: sent?.jobId } }),
      );
      return Item?.status === "completed" && Item;
    },
    60_000,
  );
  expect(row).toMatchObject({ kind: "resize-image", result: { width: 400, height: 200 } });
});

test("a second system on the same data folder names the process that uses it", async () => {
  const data = join(folder, "state");
  const system = await local(["--data", data]);
  const second = await system.run("scripts/local.ts", ["--port", "0", "--aws-port", "0", "--data", data]);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`in use by the local system with process id ${system.process.pid}`);
});

test("an invalid option is refused in one line with exit code 2", async () => {
  const system = await local([]);
  const second = await system.run("scripts/local.ts", ["--port", "99999"]);
  expect(second.code).toBe(2);
  expect(second.stderr).toBe(
    "local: option '--port <port>' argument '99999' is invalid. It takes a whole number from 0 to 65535.\n",
  );
});

test("a file in place of the data folder is refused in one line with exit code 1", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const system = await local([]);
  const second = await system.run("scripts/local.ts", [
    ...["--port", "0", "--aws-port", "0", "--smtp-port", "0", "--web-port", "0"],
    ...["--data", file],
  ]);
  expect(second.code).toBe(1);
  expect(second.stderr).toBe(
    `local: the data folder ${file} cannot be used: it is a file, not a folder; choose another one with --data\n`,
  );
});
