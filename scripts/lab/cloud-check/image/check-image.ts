// Tests the worker's image: a local system without workers of its own, the container beside it within the limits of an
// instance, real pictures and mails, and a SIGTERM during work.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import { queueName, resourceNames } from "../../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../../worker/jobs/catalog.ts";
import { type LocalClients, localClients, localEnvironment } from "../../../local/cloud/identity.ts";
import { type LocalSystem, startSystem } from "../../../local/system/system.ts";
import { type Check, checkInside } from "./check-inside.ts";
import type { Container, Engine } from "./engines.ts";
import { jobCounts, sendMails, upload } from "./work.ts";

/** The container did not do in time what it must. */
export class ImageFailed extends FleetError {}

/** One check and what it saw. */
export type ImageRow = { what: string; saw: string; ok: boolean };

/** What to test, and where the rows go. */
export type ImageCheckOptions = { image: string; engine: Engine; onRow: (row: ImageRow) => void };

const fleet = "image-check";
const [pictures, mails, furtherPictures] = [12, 3, 60];

/** Runs all checks. Resolves to their rows. */
export async function checkImage({ image, engine, onRow }: ImageCheckOptions): Promise<ImageRow[]> {
  const rows: ImageRow[] = [];
  const check = (what: string, saw: unknown, ok: boolean) => {
    const row = { what, saw: typeof saw === "string" ? saw : JSON.stringify(saw), ok };
    rows.push(row);
    onRow(row);
  };
  const settings = {
    port: 0,
    smtpPort: 0,
    webPort: 0,
    awsPort: 0,
    fleet,
    maxWorkers: 0,
    targetWait: 60,
    minWorkers: 0,
    json: true,
  };
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
      if (container.process.exitCode !== null) throw new ImageFailed("the container exited at once");
      return lines.some(({ msg }) => msg === "worker ready");
    });
    const { confinement } = lines.find(({ msg }) => msg === "sandbox confinement") ?? {};
    const all = { network: "seccomp", files: "landlock", parentDeath: "signal", limits: "kernel" };
    check(
      "confinement of the decode children",
      confinement,
      JSON.stringify(confinement) === JSON.stringify(all),
    );
    await checkInside(container, check);
    await drains({ system, clients, check });
    await ends({ system, clients, container, lines, check });
    return rows;
  } finally {
    await container.remove();
    clients.destroy();
    await system.close();
  }
}

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
    if (performance.now() > deadline) throw new ImageFailed(`${what}: nothing after ${seconds} s`);
    await wait(200);
  }
}

async function drains({
  system,
  clients,
  check,
}: {
  system: LocalSystem;
  clients: LocalClients;
  check: Check;
}) {
  const names = resourceNames(fleet);
  const started = performance.now();
  await Promise.all([upload(clients, names, 0, pictures), sendMails(system.smtp, mails)]);
  const wanted = {
    "resize-image completed": pictures,
    "contact-sheet completed": 1,
    "parse-mail completed": mails,
    "send-mail completed": mails,
  };
  const all = async () => {
    const counts = await jobCounts(clients, names);
    return Object.entries(wanted).every(([name, count]) => counts[name] === count);
  };
  await until(JSON.stringify(wanted), all).catch(() => undefined);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  check(
    `pictures, a sheet, mails and their answers, after ${seconds} s`,
    await jobCounts(clients, names),
    await all(),
  );
}

type Ending = {
  system: LocalSystem;
  clients: LocalClients;
  container: Container;
  lines: readonly Record<string, unknown>[];
  check: Check;
};

/** SIGTERM while pictures wait: the worker exits with 0, holds no message, and the unfinished pictures stay in the queue. */
async function ends({ system, clients, container, lines, check }: Ending): Promise<void> {
  const names = resourceNames(fleet);
  const before = (await jobCounts(clients, names))["resize-image completed"] ?? 0;
  const uploads = upload(clients, names, pictures, furtherPictures);
  await until(
    "further pictures",
    async () => ((await jobCounts(clients, names))["resize-image completed"] ?? 0) > before,
  );
  const exit = once(container.process, "exit");
  const asked = performance.now();
  await container.terminate();
  const [code, signal] = await exit;
  const seconds = ((performance.now() - asked) / 1000).toFixed(1);
  await uploads;
  const report = lines.find(({ msg }) => msg === "worker drained");
  check(`exit after SIGTERM, ${seconds} s later`, String(code ?? signal), code === 0 && report !== undefined);
  const depth = (kind: string) => system.cloud.sqs.metrics(queueName(fleet, kind));
  const inFlight = jobKinds.reduce((sum, kind) => sum + depth(kind).inFlight, 0);
  check("messages still in flight", String(inFlight), inFlight === 0);
  const settled = () => depth("resize-image").visible;
  const done = (await jobCounts(clients, names))["resize-image completed"] ?? 0;
  await until("the events of all uploads", () => done + settled() === pictures + furtherPictures, 30).catch(
    () => undefined,
  );
  check(
    "pictures done and waiting",
    `${done} + ${settled()}`,
    done + settled() === pictures + furtherPictures,
  );
}
