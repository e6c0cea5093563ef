// The simulated EC2 instances: each is a metadata endpoint and a kept worker process. What Auto Scaling launches and
// terminates here are real processes.
import type { Logger } from "pino";
import { WorkerProcess } from "./worker-process.ts";

/** What instances need. */
export type InstanceOptions = {
  /** The environment of every worker; an instance adds its own id and metadata endpoint. */
  env: Record<string, string>;
  /** Where the instance's metadata service answers. */
  metadataEndpoint: (instanceId: string) => Promise<string>;
  /** Milliseconds from the launch to the start of the worker; an EC2 instance takes about a minute. */
  bootMs: number;
  /** A line of JSON from a worker: a log record or embedded metrics. */
  onLine: (instanceId: string, line: string) => void;
  log: Logger;
};

/** Launches and terminates instances. */
export type Instances = {
  launch: (instanceId: string) => Promise<void>;
  /** Ends an instance for good; its worker gets SIGTERM and the given time. */
  terminate: (instanceId: string, withinMs?: number) => Promise<void>;
  /** Process ids of the workers that run, by instance. */
  workers: () => Map<string, number>;
  /** Signals the worker of an instance, as an operator or a crash would. */
  signal: (instanceId: string, signal: NodeJS.Signals) => void;
  close: () => Promise<void>;
};

/** Starts with no instance. */
export function createInstances(options: InstanceOptions): Instances {
  const running = new Map<string, WorkerProcess>();

  async function launch(instanceId: string): Promise<void> {
    const metadata = await options.metadataEndpoint(instanceId);
    await new Promise((resolve) => setTimeout(resolve, options.bootMs));
    options.log.info({ instance: instanceId }, "instance in service");
    running.set(
      instanceId,
      new WorkerProcess({
        env: {
          ...options.env,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
          FLEET_INSTANCE_ID: instanceId,
          FLEET_WORKER_ID: `worker-${instanceId}`,
        },
        onLine: (line) => options.onLine(instanceId, line),
        onExit: ({ code, signal, restarts }) =>
          options.log[restarts && code !== 0 ? "warn" : "info"](
            { instance: instanceId, code, signal, restarts },
            "worker ended",
          ),
        restartAfterMs: 1000,
      }),
    );
  }

  async function terminate(instanceId: string, withinMs = 30_000): Promise<void> {
    const worker = running.get(instanceId);
    running.delete(instanceId);
    await worker?.stop(withinMs);
    if (worker !== undefined) options.log.info({ instance: instanceId }, "instance terminated");
  }

  return {
    launch,
    terminate,
    workers: () =>
      new Map(
        [...running].flatMap(([id, { pid }]) => (pid === undefined ? [] : [[id, pid] as [string, number]])),
      ),
    signal: (instanceId, signal) => running.get(instanceId)?.kill(signal),
    close: async () => {
      await Promise.all([...running.keys()].map((id) => terminate(id)));
    },
  };
}
