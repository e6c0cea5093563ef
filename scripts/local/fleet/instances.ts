// The simulated EC2 instances: each is a metadata service, a worker process, and the host that watches it. Auto Scaling
// launches and terminates real processes here.
import type { Logger } from "pino";
import { unitStarts } from "../../../infra/instance-life.ts";
import type { Instance, Launcher } from "../autoscaling/instance.ts";
import { realClock } from "../clock/clock.ts";
import { type Metadata, startMetadata } from "../metadata/metadata.ts";
import type { Measurement } from "../processes/measure.ts";
import { HostCheck } from "./host-check.ts";
import { type WorkerExit, WorkerProcess } from "./worker-process.ts";

export type InstanceOptions = {
  /** Milliseconds from the launch to the start of the worker. An EC2 instance takes about a minute. */
  bootMs: number;
  log: Logger;
};

/** A worker that does not report its memory within this time is frozen or busy. */
const measureWithinMs = 1000;

/** How a worker process ended. */
export type Exit = {
  at: number;
  instance: string;
  process: number | undefined;
  code: number | null;
  signal: NodeJS.Signals | null;
};

const keptExits = 100;

/** The access key id of a worker process in the cloud's request log: its instance, and the number of its start. */
const callerOf = (instance: string, start: number) => `${instance}.${start}`;

type Running = { metadata: Metadata; worker: WorkerProcess | undefined; host: HostCheck | undefined };

/** The launcher of the local Auto Scaling group. */
export class InstanceProcesses implements Launcher {
  /** The environment of every worker, to which an instance adds its id and metadata endpoint. Set before the first launch. */
  environment: Record<string, string> = {};
  /** Gets every line that a worker prints, a log record or embedded metrics. Set before the first launch. */
  onLine: (instanceId: string, line: string) => void = () => {};
  /** Called when the host of an instance finds that its worker does not work. Set before the first launch. */
  onUnhealthy: (instanceId: string, why: string) => void = () => {};
  readonly #options: InstanceOptions;
  readonly #running = new Map<string, Running>();

  /** The worker processes that ended last, oldest first. */
  readonly exits: Exit[] = [];
  readonly #callers = new Map<string, string>();

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  launch = async (launched: Instance): Promise<void> => {
    const { id, zone, type } = launched;
    const metadata = await startMetadata({
      clock: realClock,
      paths: { "instance-id": id, "instance-type": type, "placement/availability-zone": zone },
    });
    const instance: Running = { metadata, worker: undefined, host: undefined };
    this.#running.set(id, instance);
    await new Promise((resolve) => setTimeout(resolve, this.#options.bootMs));
    if (!this.#running.has(id)) return;
    this.#startWorker(launched, instance);
    this.#options.log.info({ instance: id }, "instance booted");
  };

  terminate = async (id: string, graceMs: number): Promise<void> => {
    const instance = this.#running.get(id);
    this.#running.delete(id);
    this.#callers.delete(id);
    instance?.host?.stop();
    await instance?.worker?.stop(graceMs);
    await instance?.metadata.close();
    this.#options.log.info({ instance: id }, "instance terminated");
  };

  announce = (id: string, path: string, text: string): void => {
    this.#running.get(id)?.metadata.paths.set(path, text);
  };

  /** Process ids of the running workers by instance. */
  processIds(): Map<string, number> {
    const ids = new Map<string, number>();
    for (const [id, { worker }] of this.#running) if (worker?.pid !== undefined) ids.set(id, worker.pid);
    return ids;
  }

  /** Sends a signal to the worker of an instance, as an operator or a crash would; false when none is running there. */
  signal(id: string, signal: NodeJS.Signals): boolean {
    return this.#running.get(id)?.worker?.kill(signal) ?? false;
  }

  /** The memory of an instance's worker; undefined when it does not answer in time. */
  async measure(id: string): Promise<Measurement | undefined> {
    return this.#running.get(id)?.worker?.measure(measureWithinMs);
  }

  /** The access key id that the instance's worker uses. */
  callerOf(id: string): string | undefined {
    return this.#callers.get(id);
  }

  #noteExit(exit: Omit<Exit, "at">): void {
    this.exits.push({ at: Date.now(), ...exit });
    if (this.exits.length > keptExits) this.exits.shift();
  }

  #startWorker({ id, group, template }: Instance, running: Running): void {
    const unhealthy = (why: string) => {
      this.#options.log.warn({ instance: id, why }, "instance unhealthy");
      this.onUnhealthy(id, why);
    };
    const worker = new WorkerProcess({
      env: (start) => ({
        ...this.environment,
        ...template.environment,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: running.metadata.endpoint,
        // Like an instance's role, which gives every machine its own credentials: the cloud's log shows who called.
        AWS_ACCESS_KEY_ID: callerOf(id, start),
        FLEET_SCALING_GROUP: group,
        FLEET_INSTANCE_ID: id,
        FLEET_WORKER_ID: `worker-${id}`,
      }),
      onLine: (line) => {
        host.hear(line);
        this.onLine(id, line);
      },
      onStart: (workerPid, start) => {
        this.#callers.set(id, callerOf(id, start));
        this.#options.log.info({ instance: id, workerPid }, "worker started");
      },
      onExit: (exit) => this.#onExit(id, exit),
      restartAfterMs: 1000,
      limit: {
        starts: unitStarts.most,
        withinMs: unitStarts.withinSeconds * 1000,
        onGivenUp: () => unhealthy("the worker failed again and again"),
      },
    });
    const host = new HostCheck({ hasEnded: () => worker.hasEnded, onUnhealthy: unhealthy });
    Object.assign(running, { worker, host });
  }

  #onExit(id: string, exit: WorkerExit): void {
    this.#noteExit({ instance: id, process: exit.workerPid, code: exit.code, signal: exit.signal });
    const died = exit.code !== 0 && this.#running.has(id);
    this.#options.log[died ? "warn" : "info"]({ instance: id, ...exit }, "worker ended");
  }
}
