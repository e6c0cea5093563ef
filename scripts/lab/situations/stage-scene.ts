// Puts a scene on the stage: a fleet of its own on the local cloud, with the console over it.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { nothingLearned, writeDecision } from "../../../triggers/metrics-due/scaling-row.ts";
import { endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { catalog, jobKinds } from "../../../worker/jobs/catalog.ts";
import { createConsole } from "../../console/app.ts";
import { createPresigner } from "../../console/results/presign.ts";
import { type ServedConsole, serveConsole } from "../../console/serve.ts";
import type { Cloud } from "../../local/cloud/cloud.ts";
import type { LocalClients } from "../../local/cloud/identity.ts";
import { pauseJobs } from "../../queues/pause/change-pauses.ts";
import type { Jobs } from "../../queues/subcommand.ts";
import {
  provisionFleet,
  type Stage,
  stageMessages,
  stageMetrics,
  stageWorker,
} from "../staged/staged-fleet.ts";
import { metricsOf } from "./scene-metrics.ts";
import { oldestAt } from "./scene-waits.ts";
import { busySlots, diedAgo, runSeconds, type Scene, type SceneWorker } from "./scenes.ts";

/** The cloud that all scenes share. */
export type Theatre = { cloud: Cloud; clients: LocalClients };

const slots = 8;

/** Stages a scene and serves the console over it. The caller closes it. */
export async function stageScene(
  { cloud, clients }: Theatre,
  scene: Scene,
  now: number,
): Promise<ServedConsole> {
  const names = await provisionFleet(clients, scene.fleet);
  const stage: Stage = { cloud, db: clients.db, names, kinds: jobKinds };
  await fillQueues(stage, scene);
  await Promise.all([
    ...scene.workers.map((worker, index) => addWorker(stage, scene, { worker, index, now })),
    ...(scene.pauses ?? []).map((each) => pauseJobs(stage, each, { by: "ann", now: () => now - 1_500_000 })),
    ...deadRows(stage, scene, now),
    decide(stage, scene, now),
  ]);
  stageMetrics(stage, metricsOf(stage, scene), now);
  const oldest = new Map(
    scene.queues.map(({ kind, oldestSeconds = oldestAt(scene, 0) }) => [
      queueName(names.fleet, kind),
      oldestSeconds,
    ]),
  );
  const app = createConsole({
    ...{
      clients,
      names,
      kinds: jobKinds,
      where: "AWS",
      readOnly: false,
      takesUploads: false,
      periodSeconds: 10,
    },
    acting: { jobs: catalog as unknown as Jobs, by: "ann", now: Date.now },
    ageOfOldest: async (queue) => oldest.get(queue) ?? null,
    instances: async () => scene.capacity,
    terminations: async () => terminationsOf(scene, now),
    presign: await createPresigner(clients.s3, names),
  });
  return serveConsole(app, 0);
}

async function fillQueues(stage: Stage, { queues }: Scene): Promise<void> {
  const { fleet } = stage.names;
  for (const { kind, waiting, groups, inFlight = 0, dead = 0 } of queues) {
    const queue = queueName(fleet, kind);
    stageMessages(stage, queue, waiting + inFlight, groups);
    stageMessages(stage, deadLetterQueueName(fleet, kind), dead, dead);
    for (let taken = 0; taken < inFlight; ) {
      const messages = await stage.cloud.sqs.receive(queue, { max: Math.min(10, inFlight - taken) });
      if (messages.length === 0) break;
      taken += messages.length;
    }
  }
}

/** How much of its run a job has behind it: up to a half, different from slot to slot. */
const shareDone = (index: number, slot: number) => 0.05 + ((slot * 37 + index * 11) % 45) / 100;

type Place = { worker: SceneWorker; index: number; now: number };

function addWorker(stage: Stage, scene: Scene, { worker, index, now }: Place): Promise<void> {
  const { queues, trouble } = scene;
  const kind = queues[0]?.kind ?? "";
  const running = Array.from({ length: worker.busy }, (_, slot) => ({
    jobId: `${kind}/${String(index * slots + slot).padStart(40, "0")}`,
    ...{ kind, group: `group-${index}-${slot}`, slots: 1, leaseSeconds: 60 - slot },
    since: new Date(now - runSeconds(scene) * 1000 * shareDone(index, slot)).toISOString(),
  }));
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  const drain = { reason: "spot" as const, since: at(20), until: at(-100) };
  return stageWorker(
    stage,
    {
      ...{ id: `i-0a1b2c3d4e5f6000${index}`, running, idleSlots: slots - worker.busy },
      ...(worker.dead ? { secondsAgo: 280, everySeconds: 5 } : { secondsAgo: 1, everySeconds: 600 }),
      ...(worker.draining && { state: "draining" as const, drain }),
      ...(trouble && { troubles: [{ ...trouble, since: at(300) }] }),
    },
    now,
  );
}

function deadRows({ db, names }: Stage, { queues }: Scene, now: number): Promise<unknown>[] {
  return queues.flatMap(({ kind, dead = 0 }) =>
    Array.from({ length: dead }, (_, index) => {
      const jobId = `${kind}/${String(index).padStart(40, "d")}`;
      const at = new Date(now - (diedAgo[index] ?? 0) * 1000).toISOString();
      const row = {
        ...{ jobId, kind, group: `fifo-fleet-uploads/inbox/scan-${index}.tiff`, status: "dead-lettered" },
        ...{ fence: 5, interruptions: 0, redrives: 0, failures: 5, owner: "i-0a1b2c3d4e5f60000" },
        ...{
          cause: "Error: the decode child ended with SIGKILL",
          deadKind: kind,
          deadAt: at,
          deadLetterSent: true,
        },
        ...{ enqueuedAt: at, updatedAt: at, endedAt: at, endedShard: endedShard(kind, jobId) },
      };
      return db.send(new PutCommand({ TableName: names.tables.jobs, Item: row }));
    }),
  );
}

/** The last decision on the size, five seconds ago, and the changes before it. */
async function decide({ db, names }: Stage, scene: Scene, now: number): Promise<void> {
  const { desired, inService } = scene.capacity;
  const busy = busySlots(scene);
  const idleSlots = scene.workers.filter(({ dead }) => !dead).length * slots - busy;
  const at = Math.floor(now / 1000);
  const decision = {
    ...{
      at: at - 5,
      reason: scene.reason,
      wanted: desired,
      desired,
      gap: 0,
      inService,
      need: scene.reason === "bounds" ? desired + 5 : desired,
      ended: 0,
    },
    ...{ backlogSeconds: Math.round(scene.backlog(0) * runSeconds(scene)) },
    ...{ busySlots: busy, idleSlots, groups: busy, kinds: {} },
  };
  const changes = scene.changes.map(([ago, from, to, reason]) => ({ at: at - ago, from, to, reason }));
  const place = { table: names.tables.scaling, fleet: names.fleet };
  await writeDecision(db, place, { ...nothingLearned, changes, decision });
}

/** One that EC2 interrupts, and those that the last change of the size let go. */
function terminationsOf({ workers, changes }: Scene, now: number) {
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  if (workers.some(({ draining }) => draining)) {
    const cause = "an instance was taken out of service in response to an EC2 Spot interruption notice";
    return [{ at: at(20), instance: "i-0a1b2c3d4e5f60003", cause }];
  }
  const [ago = 0, from = 0, to = 0] = changes.at(-1) ?? [];
  const cause = `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${from} to ${to}`;
  return Array.from({ length: Math.max(0, from - to) }, (_, index) => ({
    ...{ at: at(ago - 5), instance: `i-0a1b2c3d4e5f6001${index}`, cause },
  }));
}
