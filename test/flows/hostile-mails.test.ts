// Mails made to harm, through a worker process as shipped: each ends as designed, the worker stays small, and its event
// loop, on which heartbeats run, is not held up. Memory and delays are reported; what bounds them is asserted for memory.
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createJobWatch } from "../../scripts/submit/job-watch.ts";
import { createEnqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { findQueues } from "../../worker/engine/receive/queue-urls.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import { parseMail } from "../../worker/jobs/mail/parse-mail/job.ts";
import { type MailCloud, startMailCloud } from "../support/mails/mail-cloud.ts";
import { attached, bodyIn, header, lines, multipart, nested, textPart } from "../support/mails/mails.ts";
import { steadyBytes } from "../support/mails/odd-mails.ts";
import { noSandbox } from "../support/no-sandbox.ts";
import { until } from "../support/until.ts";

const megabyte = 1024 ** 2;
let cloud: MailCloud;
let sqs: SQSClient;
let worker: ChildProcess;
beforeAll(async () => {
  cloud = await startMailCloud(noSandbox);
  const place = { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  sqs = new SQSClient({
    region: "eu-west-1",
    endpoint: cloud.url,
    credentials,
    useQueueUrlAsEndpoint: false,
  });
  const entry = fileURLToPath(new URL("../support/mails/measured-worker.ts", import.meta.url));
  worker = fork(entry, ["--jobs", "parse-mail"], {
    env: {
      PATH: process.env.PATH,
      ...place,
      AWS_ENDPOINT_URL: cloud.url,
      FLEET_NAME: cloud.names.fleet,
      FLEET_WAIT_SECONDS: "1",
      LOG_LEVEL: "warn",
      MALLOC_ARENA_MAX: "2",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await until("a worker that polls", () => childrenOf(worker.pid).length > 0);
});
afterAll(async () => {
  worker.kill("SIGTERM");
  await once(worker, "exit");
  sqs.destroy();
  await cloud.close();
});

const names = ["../../etc/passwd", "nul=00.txt", "a=0D=0Ab.txt", "story=E2=80=AEfdp.exe"];
const hostile: readonly { what: string; mail: () => string | Buffer; ends: string }[] = [
  {
    what: "328 attachments",
    mail: () =>
      multipart([
        textPart("many"),
        ...Array.from({ length: 328 }, (_, n) => attached(Buffer.from(`${n}`), `${n}.txt`)),
      ]),
    ends: "329 parts",
  },
  {
    what: "names with ../, NUL, CRLF and a right-to-left override",
    mail: () => multipart(names.map((name) => attached(Buffer.from("x"), `=?utf-8?Q?${name}?=`))),
    ends: "4 parts",
  },
  {
    what: "an attachment of 25 MB",
    mail: () => multipart([textPart("big"), attached(steadyBytes(25 * megabyte), "big.bin")]),
    ends: "2 parts",
  },
  {
    what: "200,000 nested divs",
    mail: () =>
      bodyIn("utf-8", Buffer.from(`${"<div>".repeat(200_000)}deep${"</div>".repeat(200_000)}`), "text/html"),
    ends: "2 parts",
  },
  {
    what: "a header of 0.8 MB",
    mail: () => lines(...header, `Subject: ${"a ".repeat(400_000)}`, "", "x"),
    ends: "header-too-large",
  },
  { what: "5,000 nested parts", mail: () => nested(5000), ends: "too-deep" },
  {
    what: "no Message-ID",
    mail: () => multipart([textPart("none")], { subject: "no id" }).replace(/^Message-ID.*\r\n/m, ""),
    ends: "1 parts",
  },
  { what: "no From", mail: () => lines("Subject: nobody", "", "from nobody"), ends: "1 parts" },
];

/** Resident memory of the worker, and with its children, whose shared pages count once (proc(5), smaps_rollup). */
function memoryOf(pid: number): { worker: number; group: number } {
  const kilobytes = (id: number, field: string) => {
    try {
      const text = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
      return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  };
  const group = [pid, ...childrenOf(pid)].reduce((sum, id) => sum + kilobytes(id, "Pss"), 0);
  return { worker: kilobytes(pid, "Rss"), group };
}

function childrenOf(pid: number | undefined): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
        .trim()
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

async function delaySoFar(): Promise<{ maxMs: number; p99Ms: number }> {
  const answer = once(worker, "message");
  worker.send("delay");
  const [figures] = (await answer) as [{ maxMs: number; p99Ms: number }];
  return figures;
}

test("every hostile mail ends as designed, in a worker under 400 MB", async () => {
  const queues = await findQueues(sqs, cloud.names.fleet, ["parse-mail"]);
  const enqueue = createEnqueue({ sqs, queueUrl: queues.queue, now: Date.now, newTraceId: randomUUID });
  const watch = createJobWatch({ db: cloud.db, table: cloud.names.tables.jobs, clock: systemClock });
  await delaySoFar();
  const most = { worker: 0, group: 0 };
  const look = setInterval(() => {
    const now = memoryOf(worker.pid ?? 0);
    most.worker = Math.max(most.worker, now.worker);
    most.group = Math.max(most.group, now.group);
  }, 50);
  const ends: string[] = [];
  for (const { mail } of hostile) {
    const { jobId } = await enqueue(parseMail, await cloud.receive(mail()));
    const ended = await watch.ended(jobId);
    ends.push(ended?.outcome === "completed" ? `${ended.result?.parts} parts` : String(ended?.code));
  }
  clearInterval(look);
  watch.close();
  const { maxMs, p99Ms } = await delaySoFar();
  expect(ends).toEqual(hostile.map((each) => each.ends));
  expect((await cloud.rows()).length).toBe(hostile.length);
  const inMegabytes = (bytes: number) => Math.round(bytes / megabyte);
  console.log(
    `worker ${inMegabytes(most.worker)} MB, with its decode children ${inMegabytes(most.group)} MB; ` +
      `event loop held up at most ${Math.round(maxMs)} ms, p99 ${Math.round(p99Ms)} ms`,
  );
  expect(inMegabytes(most.worker)).toBeLessThan(400);
});
