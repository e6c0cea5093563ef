// Runs a local system with one worker, sends it inputs of each kind, and counts what they take.
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import sharp from "sharp";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { queueName } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { type LocalSystem, startSystem } from "../../local/system/system.ts";
import { kindOf } from "../../submit/kinds.ts";
import type { Source } from "../../submit/source.ts";
import { submitAll, type Work } from "../../submit/submit.ts";
import { chooseTarget, type Target } from "../../submit/target.ts";
import { type CountedKind, type Counts, countedKinds, nothing, shareOf, times, type Used } from "./counts.ts";
import { add, openCountingDoor, usedBy } from "./tally.ts";

const root = resolve(import.meta.dirname, "../../..");
const fleet = "costs";

/** An input did not come to its end, so the count would be too low. */
class NotCounted extends FleetError {}

type Options = { inputs: number; idleSeconds: number; onStep: (step: string) => void };

/** Counts. Takes about a minute and a half with the usual numbers. */
export async function countInputs({ inputs, idleSeconds, onStep }: Options): Promise<Counts> {
  const { platform, arch, env: environment } = process;
  const log = pino({ level: "silent" });
  const sum = { ...nothing };
  const dynamo = await startDynamoDb({ log, environment, platform, arch });
  const door = await openCountingDoor(dynamo.endpoint, sum);
  const ports = { port: 0, webPort: 0, smtpPort: 0, awsPort: 0 };
  const system = await startSystem(
    { ...ports, fleet, maxWorkers: 1, minWorkers: 1, targetWait: 60, json: true, dynamoEndpoint: door.url },
    log,
  );
  system.cloud.requests.subscribe((request) => add(sum, usedBy(request)));
  const target = chooseTarget(
    { AWS_ENDPOINT_URL: system.awsUrl, FLEET_NAME: fleet },
    { aws: false, concurrency: 4 },
  );
  const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-costs-"));
  try {
    const step = { system, target, sum, folder, inputs };
    // The first of each kind looks up addresses and warms children up.
    for (const kind of countedKinds) await send({ ...step, inputs: 1 }, kind);
    await settled(system);
    onStep("an idle worker");
    const second = await idle(sum, idleSeconds);
    const perInput: Partial<Counts["perInput"]> = {};
    for (const kind of countedKinds) {
      onStep(`${inputs} of ${kind}`);
      perInput[kind] = await measured(step, kind, second);
    }
    const on = new Date().toISOString().slice(0, 10);
    return {
      ...{ v: 1, on, inputs },
      perInput: perInput as Counts["perInput"],
      // A worker in the cloud polls each queue for 20 seconds at a time.
      idleWorkerHour: { ...times(second, 3600), sqsFifo: jobKinds.length * (3600 / 20) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    target.destroy();
    await system.close();
    await door.close();
    await dynamo.close();
  }
}

/** Waits until nothing is queued or worked on: follow-ups such as contact sheets and answers have ended, too. */
async function settled(system: LocalSystem): Promise<void> {
  const open = () =>
    jobKinds.some((kind) => {
      const { visible, inFlight } = system.cloud.sqs.metrics(queueName(fleet, kind));
      return visible + inFlight > 0;
    });
  for (let calm = 0; calm < 4; calm = open() ? 0 : calm + 1) await wait(1000);
}

async function idle(sum: Used, seconds: number): Promise<Used> {
  const before = { ...sum };
  await wait(seconds * 1000);
  return shareOf(sum, before, seconds);
}

type Step = { system: LocalSystem; target: Target; sum: Used; folder: string; inputs: number };

async function measured(step: Step, kind: CountedKind, idleSecond: Used) {
  const before = { ...step.sum };
  const started = performance.now();
  await send(step, kind);
  const busy = (performance.now() - started) / 1000;
  await settled(step.system);
  const seconds = (performance.now() - started) / 1000;
  const own = shareOf(step.sum, before, 1);
  const share = shareOf(own, times(idleSecond, seconds), step.inputs);
  return { ...atLeastNothing(share), seconds: busy / step.inputs };
}

/** An idle second counted a little more than it took meanwhile. */
const atLeastNothing = (share: Used): Used =>
  Object.fromEntries(Object.entries(share).map(([name, count]) => [name, Math.max(0, round(count))])) as Used;

const round = (count: number) => Math.round(count * 100) / 100;

/** Submits inputs of a kind and waits for their ends. @throws NotCounted */
async function send({ target, folder, inputs }: Step, kind: CountedKind): Promise<void> {
  const works: Work[] = [];
  for (let index = 0; index < inputs; index += 1) {
    const source = await sources[kind](folder);
    const found = kindOf(source);
    if (typeof found === "string") throw new NotCounted(found);
    works.push({ source, kind: found });
  }
  const lines = await submitAll(works, {
    ...{ target, clock: systemClock, concurrency: 4, wait: true, timeoutSeconds: 120 },
    ...{ signal: new AbortController().signal, onLine: () => {}, onProgress: () => {} },
  });
  const failed = lines.find(({ outcome }) => outcome !== "completed");
  if (failed) throw new NotCounted(`a ${kind} was not completed: ${failed.reason}`);
}

const file = (folder: string, ending: string, bytes: Buffer | string) => {
  const path = join(folder, `${randomUUID()}${ending}`);
  writeFileSync(path, bytes);
  return path;
};

/** A new input of each kind. */
const sources: Readonly<Record<CountedKind, (folder: string) => Promise<Source>>> = {
  picture: async (folder) => {
    const name = randomUUID();
    const background = { r: Number.parseInt(name.slice(0, 2), 16), g: 90, b: 120 };
    const bytes = await sharp({ create: { width: 1600, height: 1200, channels: 3, background } })
      .jpeg()
      .toBuffer();
    return { from: "file", path: file(folder, ".jpg", bytes), key: `costs/${name}.jpg` };
  },
  mail: async (folder) => {
    const sample = readFileSync(join(root, "docs/samples/mails/the-harbour.eml"), "latin1");
    const own = sample.replace(/^Message-ID:.*$/im, `Message-ID: <${randomUUID()}@costs.example>`);
    return { from: "mail", path: file(folder, ".eml", own) };
  },
  text: async () => ({
    from: "text",
    text: `twelve words of a message that somebody in a channel says now ${randomUUID()}`,
  }),
  file: async (folder) => ({
    from: "other-file",
    path: file(folder, ".txt", randomUUID().repeat(1000)),
    owner: "costs",
  }),
};
