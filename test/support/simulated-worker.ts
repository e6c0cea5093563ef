// A worker inside the test's process that can be killed, frozen and drained: its clock and its calls to SQS and the ledger
// stop with it. Time is virtual; calls to the queue are real HTTP to the local cloud.
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import type { RunnableJob } from "../../worker/engine/job/runnable-job.ts";
import type { Ledger } from "../../worker/engine/ledger/ledger.ts";
import type { QueueUrls } from "../../worker/engine/receive/queue-urls.ts";
import { createServiceHealth, type ServiceHealth } from "../../worker/engine/trouble/service-health.ts";
import { createWorker, type Worker } from "../../worker/engine/worker.ts";
import type { WorkerClients } from "../../worker/engine/worker-parts.ts";
import type { Clock } from "../../worker/fleet/clock.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { readConfig, workerSettings } from "../../worker/process/config.ts";
import { Metrics } from "../../worker/process/metrics.ts";
import { noSandbox } from "./no-sandbox.ts";

/** Whether a worker runs. Frozen as by SIGSTOP; dead as by kill -9. */
export type Life = {
  state: "running" | "frozen" | "dead";
  /** Resolves while the worker runs, waits while it is frozen, never resolves when it is dead. */
  alive: () => Promise<void>;
  freeze: () => void;
  thaw: () => void;
  die: () => void;
};

/** Makes a running life. */
export function createLife(): Life {
  let thawed = Promise.withResolvers<void>();
  thawed.resolve();
  const life: Life = {
    state: "running",
    alive: async () => {
      while (life.state !== "running") await thawed.promise;
    },
    freeze: () => {
      if (life.state !== "running") return;
      life.state = "frozen";
      thawed = Promise.withResolvers();
    },
    thaw: () => {
      if (life.state !== "frozen") return;
      life.state = "running";
      thawed.resolve();
    },
    die: () => {
      life.state = "dead";
      thawed = Promise.withResolvers();
    },
  };
  return life;
}

/** A clock that wakes only a running worker. */
export const clockOf = (clock: Clock, { alive }: Life): Clock => ({
  ...clock,
  sleep: async (ms, signal) => {
    await clock.sleep(ms, signal);
    await alive();
  },
});

/** A worker to simulate. */
export type SimulationOptions = {
  id: string;
  clock: Clock;
  endpoint: string;
  urls: QueueUrls;
  jobs: ReadonlyMap<string, RunnableJob>;
  /** The ledger as this worker reaches it. */
  ledger: (clock: Clock, life: Life, health: ServiceHealth) => Ledger;
  settings: Record<string, string>;
};

/** A simulated worker; `calls` counts calls in flight, long polls included. */
export type SimulatedWorker = { worker: Worker; life: Life; calls: () => number; kill: () => void };

/** Makes and starts one. */
export function startSimulatedWorker(options: SimulationOptions): SimulatedWorker {
  const life = createLife();
  const clock = clockOf(options.clock, life);
  const wire = createWire(new SQSClient(wireSettings(options.endpoint)), life);
  const storage = createWire(new S3Client({ ...wireSettings(options.endpoint), forcePathStyle: true }), life);
  const log = pino({ level: "silent" });
  const health = createServiceHealth({ clock, log });
  const unused = {} as unknown;
  const clients: WorkerClients = {
    sqsReceive: wire.client,
    sqs: wire.client,
    s3: storage.client,
    db: unused as DynamoDBDocumentClient,
  };
  const worker = createWorker({
    settings: workerSettings(
      readConfig({
        FLEET_NAME: "test",
        AWS_REGION: "us-east-1",
        FLEET_WORKER_ID: options.id,
        ...options.settings,
      }),
    ),
    jobs: options.jobs,
    clients,
    urls: options.urls,
    names: resourceNames("test"),
    sandbox: noSandbox,
    clock,
    log,
    health,
    metrics: new Metrics({ fleet: "test", now: clock.now, print: () => {} }),
    ledger: options.ledger(clock, life, health),
  });
  worker.start();
  const kill = () => {
    life.die();
    wire.client.destroy();
    storage.client.destroy();
  };
  return { worker, life, calls: () => wire.calls() + storage.calls(), kill };
}

const wireSettings = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  useQueueUrlAsEndpoint: false,
  maxAttempts: 1,
});

/** A client that counts its calls, and neither sends nor receives while its worker does not run. */
function createWire<Client extends SQSClient | S3Client>(
  client: Client,
  { alive }: Life,
): { client: Client; calls: () => number } {
  let calls = 0;
  // Both clients' stacks take it: it looks at nothing of the request.
  const stack = client.middlewareStack as SQSClient["middlewareStack"];
  stack.add(
    (next) => async (args) => {
      await alive();
      calls += 1;
      const answer = next(args).finally(() => {
        calls -= 1;
      });
      await answer.catch(() => {});
      await alive();
      return answer;
    },
    { step: "finalizeRequest", priority: "high" },
  );
  return { client, calls: () => calls };
}
