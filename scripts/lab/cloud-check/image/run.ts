// Tries the worker's image: a whole local system without workers of its own, the container beside it in the bounds of an
// instance, real pictures and mails, and a SIGTERM in the middle of work.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import nodemailer from "nodemailer";
import { pino } from "pino";
import sharp from "sharp";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import { queueName, type ResourceNames, resourceNames } from "../../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../../worker/jobs/catalog.ts";
import { type LocalClients, localClients, localEnvironment } from "../../../local/cloud/identity.ts";
import { type LocalSystem, startSystem } from "../../../local/system/system.ts";
import type { Container, Engine } from "./engines.ts";
import { containerLimits } from "./limits.ts";

/** The container did not do in time what it must. */
export class ImageFailed extends FleetError {}

/** One thing that was looked at. */
export type ImageRow = { what: string; saw: string; ok: boolean };

/** What a run needs. */
export type ImageCheckOptions = { image: string; engine: Engine; onRow: (row: ImageRow) => void };

const fleet = "image-check";
const [pictures, mails, furtherPictures] = [12, 3, 60];

/** Runs everything; answers the rows. */
export async function checkImage({ image, engine, onRow }: ImageCheckOptions): Promise<ImageRow[]> {
  const rows: ImageRow[] = [];
  const look = (what: string, saw: unknown, ok: boolean) => {
    const row = { what, saw: typeof saw === "string" ? saw : JSON.stringify(saw), ok };
    rows.push(row);
    onRow(row);
  };
  const settings = { port: 0, smtpPort: 0, awsPort: 0, fleet, maxWorkers: 0, minWorkers: 0, json: true };
  const system = await startSystem(settings, pino({ level: "silent" }));
  const clients = localClients(system.awsUrl);
  const container = await engine(image, {
    ...localEnvironment,
    FLEET_NAME: fleet,
    AWS_ENDPOINT_URL: system.awsUrl,
    FLEET_HEALTH_ADDRESS: "127.0.0.1:0",
    FLEET_MAIL_ADDRESS: "stories@magazine.example",
    FLEET_WAIT_SECONDS: "2",
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: container.process.stdout ?? process.stdin }).on("line", (line) =>
    lines.push(logged(line)),
  );
  try {
    await until("the worker to be ready", () => {
      if (container.process.exitCode !== null) throw new ImageFailed("the container ended at once");
      return lines.some(({ msg }) => msg === "worker ready");
    });
    const { confinement } = lines.find(({ msg }) => msg === "sandbox confinement") ?? {};
    const all = { network: "seccomp", files: "landlock", parentDeath: "signal", limits: "kernel" };
    look(
      "confinement of the decode children",
      confinement,
      JSON.stringify(confinement) === JSON.stringify(all),
    );
    await lookInside(container, look);
    await drains({ system, clients, look });
    await ends({ system, clients, container, lines, look });
    return rows;
  } finally {
    await container.remove();
    clients.destroy();
    await system.close();
  }
}

type Look = (what: string, saw: unknown, ok: boolean) => void;

function logged(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line };
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 120): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new ImageFailed(`waited ${seconds} s in vain for ${what}`);
    await wait(200);
  }
}

async function lookInside(container: Container, look: Look): Promise<void> {
  const status = readFileSync(`/proc/${await container.pid()}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
  look("user", field("Uid"), field("Uid") === "1000");
  look("capabilities", field("CapEff") + field("CapBnd"), /^0+$/.test(field("CapEff") + field("CapBnd")));
  look("no new privileges", field("NoNewPrivs"), field("NoNewPrivs") === "1");
  const pid = await container.pid();
  const { memoryMegabytes, processes } = containerLimits;
  const memory = limitOf(pid, "memory", ["memory.limit_in_bytes", "memory.max"]);
  look("memory limit", memory, memory === String(memoryMegabytes * 1024 ** 2));
  const pids = limitOf(pid, "pids", ["pids.max"]);
  look("process limit", pids, pids === String(processes));
  const writes = (path: string) =>
    container.exec("touch", path).then(
      () => "written",
      () => "refused",
    );
  look("writing to the root", await writes("/worker/x"), (await writes("/worker/x")) === "refused");
  look("writing to /tmp", await writes("/tmp/x"), (await writes("/tmp/x")) === "written");
}

/** What a process's control group says, in either version of control groups; "not found" where there is none. */
function limitOf(pid: number, controller: string, files: readonly string[]): string {
  for (const line of readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n")) {
    const [, controllers = "", path = ""] = line.split(":");
    const folder = controllers === "" ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controllers}`;
    const file = files.map((name) => join(folder, path, name)).find(existsSync);
    const ours = controllers === "" || controllers.split(",").includes(controller);
    if (ours && file !== undefined) return readFileSync(file, "utf8").trim();
  }
  return "not found";
}

async function upload(
  { s3 }: LocalClients,
  { buckets }: ResourceNames,
  from: number,
  count: number,
): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    const background = { r: (index * 37) % 255, g: 90, b: 120 };
    const Body = await sharp({ create: { width: 800, height: 600, channels: 3, background } })
      .jpeg()
      .toBuffer();
    await s3.send(new PutObjectCommand({ Bucket: buckets.uploads, Key: `trip/${index}.jpg`, Body }));
  }
}

async function sendMails(smtp: string): Promise<void> {
  const [host, port] = smtp.split(":");
  const transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
  for (let index = 0; index < mails; index += 1)
    await transport.sendMail({
      from: `author${index}@example.org`,
      to: "stories@magazine.example",
      subject: `Story ${index}`,
      text: "Please read.",
      attachments: [{ filename: "story.txt", content: "Once upon a time" }],
    });
  transport.close();
}

async function ended({ db }: LocalClients, { tables }: ResourceNames): Promise<Record<string, number>> {
  const { Items = [] } = await db.send(new ScanCommand({ TableName: tables.jobs, ConsistentRead: true }));
  const counts: Record<string, number> = {};
  for (const { kind, status } of Items) {
    const name = `${kind} ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function drains({ system, clients, look }: { system: LocalSystem; clients: LocalClients; look: Look }) {
  const names = resourceNames(fleet);
  const started = performance.now();
  await Promise.all([upload(clients, names, 0, pictures), sendMails(system.smtp)]);
  const wanted = {
    "resize-image completed": pictures,
    "contact-sheet completed": 1,
    "parse-mail completed": mails,
    "send-mail completed": mails,
  };
  const all = async () => {
    const counts = await ended(clients, names);
    return Object.entries(wanted).every(([name, count]) => counts[name] === count);
  };
  await until(JSON.stringify(wanted), all).catch(() => undefined);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  look(
    `pictures, a sheet, mails and their answers, after ${seconds} s`,
    await ended(clients, names),
    await all(),
  );
}

type Ending = {
  system: LocalSystem;
  clients: LocalClients;
  container: Container;
  lines: readonly Record<string, unknown>[];
  look: Look;
};

/** SIGTERM while pictures wait: the worker ends with 0, holds nothing back, and what it did not do waits for another. */
async function ends({ system, clients, container, lines, look }: Ending): Promise<void> {
  const names = resourceNames(fleet);
  const before = (await ended(clients, names))["resize-image completed"] ?? 0;
  const uploads = upload(clients, names, pictures, furtherPictures);
  await until(
    "further pictures",
    async () => ((await ended(clients, names))["resize-image completed"] ?? 0) > before,
  );
  const exit = once(container.process, "exit");
  const asked = performance.now();
  await container.terminate();
  const [code, signal] = await exit;
  const seconds = ((performance.now() - asked) / 1000).toFixed(1);
  await uploads;
  const report = lines.find(({ msg }) => msg === "worker drained");
  look(`exit after SIGTERM, ${seconds} s later`, String(code ?? signal), code === 0 && report !== undefined);
  const depth = (kind: string) => system.cloud.sqs.metrics(queueName(fleet, kind));
  const inFlight = jobKinds.reduce((sum, kind) => sum + depth(kind).inFlight, 0);
  look("messages still held by nobody", String(inFlight), inFlight === 0);
  const settled = () => depth("resize-image").visible;
  const done = (await ended(clients, names))["resize-image completed"] ?? 0;
  await until("the events of all uploads", () => done + settled() === pictures + furtherPictures, 30).catch(
    () => undefined,
  );
  look(
    "pictures done and waiting",
    `${done} + ${settled()}`,
    done + settled() === pictures + furtherPictures,
  );
}
