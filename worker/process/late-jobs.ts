// The jobs of a worker that receives before their code is loaded: it is ready sooner by all that only jobs need, and loads that
// right afterwards.
import { setTimeout as wait } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import type { RunnableJob } from "../engine/job/runnable-job.ts";
import type { ServiceHealth } from "../engine/trouble/service-health.ts";
import { FleetError } from "../fleet/errors.ts";
import { catalog, type JobKind } from "../jobs/catalog.ts";
import type { ClientOptions } from "./clients.ts";
import type { WorkerConfig } from "./config.ts";
import type { JobClients } from "./job-clients.ts";

/** Jobs of which kind and policy are known at once. */
export type LateJobs = {
  /** They open no message before `loaded` has resolved. */
  jobs: ReadonlyMap<string, RunnableJob>;
  /** Rejects when their code cannot be loaded. */
  loaded: Promise<void>;
  /** There when `loaded` has resolved. @throws NotYetLoaded */
  readonly s3: S3Client;
  /** Loads their code. @throws what importing it throws, or what it is loaded with */
  load: () => Promise<void>;
  /** Destroys their clients, if there are any yet. */
  destroy: () => void;
};

/** Something was asked of the code of jobs before it was loaded: a mistake of the worker's own. */
export class NotYetLoaded extends FleetError {
  constructor() {
    super("the code of jobs is not loaded yet");
  }
}

type JobCode = { jobs: ReadonlyMap<string, RunnableJob>; clients: JobClients };

/** What jobs are loaded for, and with: `health` watches their clients, and `find` finds the rest of what they need. */
export type LateOptions = {
  config: WorkerConfig;
  clients: ClientOptions;
  health: ServiceHealth;
  find: () => Promise<void>;
};

/** The jobs of the kinds in the settings. */
export function lateJobs({ config, clients, health, find }: LateOptions): LateJobs {
  const announced = Promise.withResolvers<void>();
  announced.promise.catch(() => {});
  let code: JobCode | undefined;
  const there = (): JobCode => {
    if (code === undefined) throw new NotYetLoaded();
    return code;
  };
  const late = (kind: JobKind): RunnableJob => ({
    kind,
    policy: catalog[kind].policy,
    open: (body) => jobOf(there(), kind).open(body),
  });
  const load = async () => {
    [code] = await Promise.all([importJobs(config, clients), find()]);
    health.watch("ses", code.clients.ses);
  };
  return {
    jobs: new Map(config.kinds.map((kind) => [kind, late(kind)])),
    loaded: announced.promise,
    get s3() {
      return there().clients.s3;
    },
    load: () => {
      load().then(announced.resolve, announced.reject);
      return announced.promise;
    },
    destroy: () => code?.clients.destroy(),
  };
}

function jobOf({ jobs }: JobCode, kind: JobKind): RunnableJob {
  const job = jobs.get(kind);
  if (job === undefined) throw new NotYetLoaded();
  return job;
}

/** An import keeps the process busy until all of it is loaded: before each one it answers whoever asks whether it is ready, milliseconds. */
const breathMs = 10;

async function importJobs(config: WorkerConfig, options: ClientOptions): Promise<JobCode> {
  await wait(breathMs);
  const { createJobClients } = await import("./job-clients.ts");
  await wait(breathMs);
  const { createHandlers, runnableJobs } = await import("../jobs/handlers.ts");
  // What a drain on an instance needs, too: a file that is missing shows now.
  if (config.FLEET_SCALING_GROUP !== undefined) await import("./lifecycle.ts");
  const clients = createJobClients(options);
  const handlers = createHandlers({ ses: clients.ses, mail: config.mail, files: config.files });
  return { jobs: runnableJobs(config.kinds, handlers), clients };
}
