// `npm run enqueue` against a real queue and ledger: what is sent, in which order, and what is refused before anything is.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runEnqueue } from "../../../scripts/enqueue/run-enqueue.ts";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { fixtureJobId } from "../../support/dead-letters.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import { fixtureWork } from "../../support/fixture-jobs.ts";
import { catalogJobs, jsonLines } from "../../support/queues-command.ts";
import { until } from "../../support/until.ts";
import { collected } from "../../support/written.ts";

const jobs = { ...catalogJobs, [fixtureWork.kind]: fixtureWork } as unknown as typeof catalogJobs;
let fleet: FixtureCloud;
let folder: string;
beforeAll(async () => {
  fleet = await startFixtureCloud();
  folder = mkdtempSync(join(tmpdir(), "enqueue-"));
});
beforeEach(async () => {
  while ((await received()).length > 0);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fleet.close();
});

async function enqueue(args: string[], { stdin = "", signal = new AbortController().signal } = {}) {
  const { AWS_ACCESS_KEY_ID: _, ...env } = fleet.env;
  const { stdout, stderr, texts } = collected();
  const code = await runEnqueue(args, { env, stdin: Readable.from([stdin]), stdout, stderr, signal, jobs });
  return { code, ...texts, lines: jsonLines(texts.stdout) };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Takes what the queue shows and deletes it. */
async function received() {
  const QueueUrl = fleet.urls.queue(fixtureWork.kind);
  const { Messages = [] } = await fleet.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["MessageGroupId", "MessageDeduplicationId"],
    }),
  );
  for (const { ReceiptHandle } of Messages)
    await fleet.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Attributes, Body = "" }) => ({
    group: Attributes?.MessageGroupId,
    deduplication: Attributes?.MessageDeduplicationId,
    ...(JSON.parse(Body) as { payload: { n: number }; kind: string; jobId: string }),
  }));
}

test.each([
  ["JSON", () => ["--payload", '{"group":"a","n":1}'], ""],
  ["a file", () => ["--payload", `@${file("one.json", '{"group":"a","n":1}')}`], ""],
  ["standard input", () => ["--payload", "-"], '{"group":"a","n":1}'],
])("a payload as %s becomes one message as a trigger would send it, and one line", async (_, args, stdin) => {
  const { code, lines, stderr } = await enqueue(["fixture-work", ...args()], { stdin });
  const jobId = fixtureJobId({ group: "a", n: 1 });
  expect([code, stderr]).toEqual([0, ""]);
  expect(lines).toEqual([
    { v: 1, line: 1, kind: "fixture-work", jobId, group: "a", messageId: expect.any(String) },
  ]);
});

test("lines of a group are sent in their order, with the definition's ids and defaults", async () => {
  const texts = [1, 2, 3].flatMap((n) => [`{"group":"x","n":${n}}`, `{"group":"y","n":${n}}`]);
  const { code, lines } = await enqueue([
    "fixture-work",
    "--lines",
    file("many.jsonl", `${texts.join("\n")}\n\n`),
  ]);
  expect([code, lines.map(({ line }) => line).sort()]).toEqual([0, [1, 2, 3, 4, 5, 6]]);
  const messages = await received();
  for (const group of ["x", "y"]) {
    const own = messages.filter((message) => message.group === group);
    expect(own.map(({ payload }) => payload)).toMatchObject([1, 2, 3].map((n) => ({ n, act: "complete" })));
    expect(own.map(({ jobId, deduplication }) => jobId === `fixture-work/${deduplication}`)).toEqual([
      true,
      true,
      true,
    ]);
  }
});

test.each([
  [["resize-image", "--payload", "{}"], "payload refused for resize-image: bucket: Invalid input"],
  [
    ["fixture-work", "--payload", '{"group":"a","n":1.5}'],
    "payload refused for fixture-work: n: Invalid input",
  ],
  [["fixture-work", "--payload", '{"group":"a","n":1,"sleep":2}'], "sleep: there is no such field"],
  [["fixture-work", "--payload", "{"], "the payload of fixture-work is not JSON"],
  [["fixture-work", "--payload", "@/nowhere.json"], "--payload: ENOENT"],
  [["nothing", "--payload", "{}"], 'no job kind is called "nothing"'],
  [["fixture-work"], "takes either --payload or --lines"],
  [["fixture-work", "--payload", "{}", "--lines", "-"], "takes either --payload or --lines"],
])("%j is refused with one line that says why, and nothing is sent", async (args, text) => {
  const { code, stdout, stderr } = await enqueue(args);
  expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
  expect(stderr).toContain(`enqueue: `);
  expect(stderr).toContain(text);
  expect(fleet.left().queue).toBe(0);
});

test("one bad line among good ones is named, and none of them is sent", async () => {
  const { code, stderr } = await enqueue(["fixture-work", "--lines", "-"], {
    stdin: '{"group":"a","n":1}\n{"group":"a"}\n{"group":"a","n":3}\n',
  });
  expect([code, fleet.left().queue]).toEqual([2, 0]);
  expect(stderr).toMatch(/^enqueue: line 2: payload refused for fixture-work: n: .*\n$/);
});

test("a payload above 1 MiB is refused with the limit", async () => {
  const payload = JSON.stringify({ group: "a", n: 1, padding: "x".repeat(1024 * 1024) });
  const { code, stderr } = await enqueue(["fixture-work", "--payload", "-"], { stdin: payload });
  expect(code).toBe(2);
  expect(stderr).toMatch(/payload: \d+ bytes, at most 1048576 \(1 MiB\) fit a message/);
});

test("with --wait the line has the outcome, and a job that was done before is called repeated", async () => {
  const ledger = createLedger({
    db: fleet.db,
    table: fleet.names.tables.jobs,
    owner: "w",
    clock: systemClock,
  });
  const ended = enqueue(["fixture-work", "--payload", '{"group":"w","n":1}', "--wait"]);
  const [message] = await until("the message", async () => {
    const found = await received();
    return found.length > 0 && found;
  });
  const jobId = message?.jobId ?? "";
  const request = { jobId, kind: "fixture-work", group: "w", traceId: "t", redrives: 0 };
  const found = await ledger.claim({ ...request, enqueuedAt: new Date().toISOString() });
  if (found.state !== "claimed") throw new Error(found.state);
  await ledger.commit(found.claim, { status: "completed", effects: [], result: { n: 1 } });
  expect(await ended).toMatchObject({ code: 0, lines: [{ jobId, outcome: "completed", result: { n: 1 } }] });
  const again = await enqueue(["fixture-work", "--payload", '{"group":"w","n":1}', "--wait"]);
  expect(again).toMatchObject({ code: 0, lines: [{ outcome: "completed", repeated: true }] });
  const late = await enqueue([
    "fixture-work",
    "--payload",
    '{"group":"w","n":2}',
    "--wait",
    "--timeout",
    "1",
  ]);
  expect(late).toMatchObject({ code: 1, lines: [{ outcome: "timed-out" }] });
});

test("every kind of the catalog can be enqueued by name", async () => {
  for (const kind of Object.keys(catalog))
    expect((await enqueue([kind, "--payload", "{}"])).stderr).toContain(`payload refused for ${kind}: `);
});
