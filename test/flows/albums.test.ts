// Albums end to end: real uploads, real workers, real streams, delivered badly. Judged by the tables and by the pixels of
// the sheets, never by what a worker says.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { afterEach, expect, test } from "vitest";
import { randomOf } from "../../scripts/lab/campaign/plan/random.ts";
import { readFailedRecords } from "../../scripts/queues/failed/failed-records.ts";
import { outboxEffect } from "../../worker/jobs/outbox/outbox-effect.ts";
import { sheetLayout } from "../../worker/jobs/pictures/contact-sheet/child/layout.ts";
import { contactSheet } from "../../worker/jobs/pictures/contact-sheet/job.ts";
import {
  type ChainCloud,
  type ChainOptions,
  type InvokeTrigger,
  startChainCloud,
} from "../support/chain-cloud.ts";
import { until } from "../support/until.ts";

let chain: ChainCloud;
afterEach(() => chain.close());

async function start(options?: ChainOptions): Promise<void> {
  chain = await startChainCloud(options);
}

/** Every picture has a colour of its own, far from all others, so that a sheet tells which it shows. */
const colourOf = (index: number) => ({
  r: 30 + 45 * (index % 5),
  g: 30 + 45 * (Math.floor(index / 5) % 5),
  b: 60 + 50 * Math.floor(index / 25),
});
const nameOf = (index: number) => `picture ${String(index).padStart(2, "0")}.png`;
const pictureAt = (index: number) =>
  sharp({ create: { width: 320, height: 240, channels: 3, background: colourOf(index) } })
    .png()
    .toBuffer();
const upload = async (album: string, index: number) =>
  chain.upload(`${album}/${nameOf(index)}`, await pictureAt(index));
const indexOf = (name: string) => Number(/\d+/.exec(name)?.[0]);

/** Waits until nothing waits or runs, and streams have had the time to say what follows. */
const quiet = () =>
  until(
    "nothing left to do",
    async () => {
      for (let look = 0; look < 4; look += 1) {
        if (chain.working() > 0) return false;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return true;
    },
    90_000,
  );

type Sheet = {
  album: string;
  threshold: string;
  bucket: string;
  key: string;
  versionId: string;
  missing: number;
  pictures: { name: string; shown: boolean }[];
};

const sheets = async () => (await chain.rows("sheets")) as unknown as Sheet[];

/** The names of the pictures an album held, by the order in which they joined. */
async function joinedIn(album: string): Promise<string[]> {
  const entries = (await chain.rows("albumPictures")).filter((entry) => entry.album === album);
  return entries.sort((a, b) => Number(a.ordinal) - Number(b.ordinal)).map(({ name }) => String(name));
}

/** The colour in the middle of each cell of a stored sheet. */
async function coloursIn({ bucket, key, versionId }: Sheet) {
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  const bytes = (await (await chain.clients.s3.send(get)).Body?.transformToByteArray()) ?? new Uint8Array();
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return sheetLayout(10).cells.map(({ picture: { left, top, width, height } }) => {
    const at = ((top + height / 2) * info.width + left + width / 2) * info.channels;
    return { r: data[at], g: data[at + 1], b: data[at + 2] };
  });
}

const twice =
  (invoke: InvokeTrigger): InvokeTrigger =>
  async (functionArn, event) => {
    await Promise.all([invoke(functionArn, event), invoke(functionArn, event)]);
  };

const seed = Number(process.env.SEED ?? 20261129);

/** Hands on the records of every batch in an order that the seed decides, some twice. */
const reordered =
  (invoke: InvokeTrigger, random = randomOf(seed)): InvokeTrigger =>
  (functionArn, event) => {
    const { Records } = event as { Records: unknown[] };
    const again = Records.filter(() => random.next() < 0.3);
    return invoke(functionArn, { Records: random.shuffled([...Records, ...again]) });
  };

test("25 pictures uploaded at once into one album, events twice, records out of order, two pollers, a worker killed midway: exactly two sheets, each of the right ten", async () => {
  await start({ deliver: twice, pollers: [(invoke) => invoke, (invoke) => reordered(invoke)] });
  const [killed] = await Promise.all([chain.startWorker("killed"), chain.startWorker("survivor")]);
  await Promise.all(Array.from({ length: 25 }, (_, index) => upload("trip", index)));
  await until("eight pictures in the album", async () => Number((await chain.album("trip"))?.pictures) >= 8);
  killed.kill("SIGKILL");
  await until("two sheets", async () => (await sheets()).length >= 2, 90_000);
  await quiet();

  expect(await chain.album("trip")).toMatchObject({ pictures: 25, peak: 25, revision: 25 });
  const joined = await joinedIn("trip");
  expect([...joined].sort()).toEqual(Array.from({ length: 25 }, (_, index) => nameOf(index)));
  const made = (await sheets()).sort((a, b) => a.threshold.localeCompare(b.threshold));
  expect(made.map(({ threshold }) => Number(threshold))).toEqual([10, 20]);
  for (const [place, sheet] of made.entries()) {
    const ten = joined.slice(place * 10, place * 10 + 10);
    expect(sheet.pictures).toEqual(ten.map((name) => expect.objectContaining({ name, shown: true })));
    expect(await coloursIn(sheet)).toEqual(ten.map((name) => colourOf(indexOf(name))));
  }
  expect((await chain.keys("sheets")).sort()).toEqual(["folders/trip/10.png", "folders/trip/20.png"]);
  const jobs = (await chain.rows("jobs")).filter(({ kind }) => kind === "contact-sheet");
  expect(jobs.map(({ status }) => status)).toEqual(["completed", "completed"]);
  expect([chain.deadLetters(), chain.failedRecords()]).toEqual([0, 0]);
});

test("deleting two and uploading three around the threshold fires once, and again fires nothing", async () => {
  await start();
  await chain.startWorker("w");
  const settle = async (pictures: number) => {
    await until("the count", async () => (await chain.album("trip"))?.pictures === pictures, 60_000);
    await quiet();
  };
  const remove = (index: number) =>
    chain.clients.s3.send(
      new DeleteObjectCommand({ Bucket: chain.names.buckets.results, Key: `trip/${nameOf(index)}` }),
    );
  await Promise.all(Array.from({ length: 9 }, (_, index) => upload("trip", index)));
  await settle(9);
  await Promise.all([remove(0), remove(1)]);
  await settle(7);
  expect(await sheets()).toEqual([]);
  await Promise.all([0, 1, 9].map((index) => upload("trip", index)));
  await settle(10);
  const [first, ...none] = await sheets();
  expect(none).toEqual([]);
  expect(first).toMatchObject({ album: "trip", missing: 0 });
  expect(first?.pictures.map(({ name }) => name).sort()).toEqual(
    Array.from({ length: 10 }, (_, index) => nameOf(index)),
  );

  await Promise.all([remove(2), remove(3)]);
  await settle(8);
  await Promise.all([2, 3, 10].map((index) => upload("trip", index)));
  await settle(11);
  expect(await sheets()).toEqual([first]);
  expect(await chain.album("trip")).toMatchObject({ pictures: 11, peak: 11, revision: 9 + 2 + 3 + 2 + 3 });
  const jobs = (await chain.rows("jobs")).filter(({ kind }) => kind === "contact-sheet");
  expect(jobs).toHaveLength(1);
  expect(chain.deadLetters()).toBe(0);
});

test("a record that always throws ends on the failure target and its reason can be read back; others go on, and what failed for a while is made good", async () => {
  await start();
  await chain.startWorker("w");
  await Promise.all(Array.from({ length: 9 }, (_, index) => upload("trip", index)));
  await until("nine pictures", async () => (await chain.album("trip"))?.pictures === 9, 60_000);
  const poison = { album: "poison", pictures: "many", peak: 9, revision: 9 };
  await chain.clients.db.send(new PutCommand({ TableName: chain.names.tables.albums, Item: poison }));
  // The queue of sheets refuses everything, for longer than the stream's reader has patience.
  chain.cloud.faults.push(({ action, request }) =>
    action === "SendMessage" && request.body.includes("contact-sheet.fifo")
      ? { kind: "error", status: 400, code: "AccessDenied", message: "told to refuse" }
      : undefined,
  );
  await Promise.all([upload("trip", 9), upload("other", 10)]);
  await until("both records on the failure target", () => chain.failedRecords() === 2, 60_000);
  await until("the other album's picture", async () => (await chain.album("other"))?.pictures === 1);
  await quiet();
  expect(await sheets()).toEqual([]);

  chain.cloud.faults.splice(0);
  const listed = await readFailedRecords(chain.clients, chain.names);
  expect(listed.sort((a, b) => a.state.localeCompare(b.state))).toEqual([
    {
      table: chain.names.tables.albums,
      event: "MODIFY",
      keys: { album: { S: "trip" } },
      sequenceNumber: expect.stringMatching(/^\d+$/),
      condition: "RetryAttemptsExhausted",
      state: "passing",
      reason: null,
    },
    expect.objectContaining({
      event: "INSERT",
      keys: { album: { S: "poison" } },
      condition: "RetryAttemptsExhausted",
      state: "unreadable",
      reason: expect.stringMatching(/^ZodError: .*pictures/),
    }),
  ]);
  const command = await failedRecords("--replay", "--json");
  expect(command.lines.map(({ keys, state }) => [keys.album.S, state]).sort()).toEqual([
    ["poison", "unreadable"],
    ["trip", "replayed"],
  ]);
  expect(command.code).toBe(1);
  await until("the sheet", async () => (await sheets()).length === 1, 60_000);
  expect(chain.failedRecords()).toBe(1);
});

test("a follow-up that was committed reaches its worker by the stream, or by the schedule where no stream is read", async () => {
  await start({ pollers: [] });
  await chain.startWorker("w");
  await Promise.all(Array.from({ length: 3 }, (_, index) => upload("trip", index)));
  await until("three pictures", async () => (await chain.album("trip"))?.pictures === 3, 60_000);
  const commit = async (jobId: string, threshold: number) => {
    const context = { names: chain.names, jobId, traceId: "trace", now: () => Date.now() - 60_000 };
    const effect = outboxEffect(contactSheet, { album: "trip", threshold, revision: 3 }, context);
    await chain.clients.db.send(new TransactWriteCommand({ TransactItems: [effect] }));
  };
  await commit("parent/1", 10);
  await quiet();
  expect(await sheets()).toEqual([]);
  expect(await chain.invoke("outbox-due", {})).toMatchObject({ relayed: 1, failed: 0 });
  await until("the first sheet", async () => (await sheets()).length === 1);
  await chain.pollStreams();
  await commit("parent/2", 20);
  await until("the second sheet", async () => (await sheets()).length === 2);
  const relayed = await chain.rows("outbox");
  expect(relayed.map(({ relayedAt, pending }) => [typeof relayedAt, pending])).toEqual([
    ["string", undefined],
    ["string", undefined],
  ]);
});

test("a change that its stream keeps no longer is found in the album itself, and its sheet shows the pictures of that moment", async () => {
  await start({ pollers: [] });
  await chain.startWorker("w");
  // No stream is read, so nobody says that the album reached ten.
  await Promise.all(Array.from({ length: 12 }, (_, index) => upload("trip", index)));
  await until("twelve pictures", async () => (await chain.album("trip"))?.pictures === 12, 60_000);
  expect(await sheets()).toEqual([]);
  await chain.giveUpTrimmed("albums");
  expect((await failedRecords("--json")).lines).toMatchObject([{ state: "gone" }]);
  const { code, lines } = await failedRecords("--replay", "--json");
  expect([code, lines]).toMatchObject([0, [{ state: "rebuilt", table: chain.names.tables.albums }]]);
  await until("the sheet", async () => (await sheets()).length === 1, 60_000);
  expect(await sheets()).toMatchObject([{ album: "trip", missing: 0 }]);
  expect(chain.failedRecords()).toBe(0);
});

test("uploads whose events were lost are found by their age and done, behind what is known of their key", async () => {
  let lost = false;
  const deliver = (invoke: InvokeTrigger): InvokeTrigger => {
    return async (functionArn, event) => (lost ? undefined : invoke(functionArn, event));
  };
  await start({ deliver });
  await chain.startWorker("w");
  await upload("trip", 0);
  await until("the first picture", async () => (await chain.album("trip"))?.pictures === 1, 60_000);
  await quiet();
  lost = true;
  await upload("trip", 1);
  // A new version of a picture that is done already.
  await chain.upload(`trip/${nameOf(0)}`, await pictureAt(7));
  await until("both uploads", async () => (await chain.keys("uploads")).length === 2);
  expect((await runQueues("sweep", "--json")).output).toBe("");
  const dry = await runQueues("sweep", "--older-than", "0", "--dry-run", "--json");
  expect(dry.output.split("\n")).toHaveLength(2);
  const swept = await runQueues("sweep", "--older-than", "0", "--json");
  expect(swept.code).toBe(0);
  const names = [nameOf(0), nameOf(1)].map((name) => `trip/${name}`);
  expect(
    swept.output
      .split("\n")
      .map((line) => JSON.parse(line).key)
      .sort(),
  ).toEqual(names);
  await until("both originals to be done", async () => (await chain.keys("uploads")).length === 0, 60_000);
  expect(await chain.album("trip")).toMatchObject({ pictures: 2 });
  expect((await runQueues("sweep", "--older-than", "0")).output).toBe(
    "every upload, mail and file was taken",
  );
});

test("a raw mail that no trigger heard of is found and becomes a submission; what SES writes at setup does not", async () => {
  await start();
  await chain.startWorker("w");
  const Bucket = chain.names.buckets.mails;
  const Body = "From: ann@example.org\r\nSubject: Lost\r\n\r\nRead me.\r\n";
  for (const Key of ["in/abc123", "AMAZON_SES_SETUP_NOTIFICATION"])
    await chain.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const swept = await runQueues("sweep", "--older-than", "0", "--json");
  expect(swept.output.split("\n").map((line) => JSON.parse(line))).toMatchObject([
    { kind: "parse-mail", key: "in/abc123", enqueued: true },
  ]);
  await until("the submission", async () =>
    (await chain.rows("submissions")).some(({ subject }) => subject === "Lost"),
  );
  expect((await runQueues("sweep", "--older-than", "0", "--json")).output).toBe("");
  expect(await runQueues("sweep", "--older-than", "soon")).toMatchObject({ code: 2 });
});

/** Runs the operator's tool as a person does. */
async function runQueues(...args: string[]): Promise<{ code: unknown; output: string }> {
  const script = fileURLToPath(new URL("../../scripts/queues.ts", import.meta.url));
  const env = { PATH: process.env.PATH, FLEET_NAME: chain.names.fleet, AWS_ENDPOINT_URL: chain.cloud.url };
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  return { code, output: output.trim() };
}

async function failedRecords(...args: string[]) {
  const { code, output } = await runQueues("failed", ...args);
  return {
    code,
    lines: output
      .split("\n")
      .map((line) => JSON.parse(line) as { keys: { album: { S: string } }; state: string; table: string }),
  };
}
