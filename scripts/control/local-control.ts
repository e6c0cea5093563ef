// The control calls of a running local system, for drills and soaks: HTTP under /_local/ on its AWS endpoint.
import { z } from "zod";
import { FleetError } from "../../worker/fleet/errors.ts";

/** The system does not answer or refuses the call. The message says why. */
export class ControlRefused extends FleetError {}

const measurement = z.object({
  rss: z.number(),
  heapTotal: z.number(),
  heapUsed: z.number(),
  external: z.number(),
  arrayBuffers: z.number(),
  resources: z.record(z.string(), z.number()),
});

const fleetSchema = z.object({
  group: z.string(),
  hook: z.string(),
  hookSeconds: z.number(),
  /** The largest number of instances. */
  max: z.number(),
  desired: z.number(),
  /** The version of the launch template that the next instances are launched with. */
  template: z.number(),
  /** The group of on-demand instances that stand in. */
  onDemand: z.object({ group: z.string(), desired: z.number() }),
  /** Process ids of the local cloud itself, and of its DynamoDB. */
  process: z.number(),
  dynamoDb: z.number().nullable(),
  instances: z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      template: z.number(),
      state: z.enum(["Pending", "Pending:Wait", "InService", "Terminating:Wait", "Terminating:Proceed"]),
      launchedAt: z.number(),
      process: z.number().nullable(),
      /** The access key id of its worker: `from` in the request log. */
      caller: z.string().nullable(),
    }),
  ),
  /** The last worker processes that ended, oldest first. */
  exits: z.array(
    z.object({
      at: z.number(),
      instance: z.string(),
      process: z.number().nullable(),
      code: z.number().nullable(),
      signal: z.string().nullable(),
    }),
  ),
});

/** The fleet's instances, oldest first, and their processes. */
export type FleetState = z.infer<typeof fleetSchema>;

const measurementsSchema = z.object({
  cloud: measurement,
  /** By instance; null where the worker did not answer. */
  workers: z.record(z.string(), measurement.nullable()),
});

export type Measurements = z.infer<typeof measurementsSchema>;

const appliedSchema = z.object({
  seq: z.number(),
  /** Epoch milliseconds. */
  at: z.number(),
  service: z.string(),
  action: z.string(),
  status: z.number(),
  from: z.string().optional(),
  summary: z.record(z.string(), z.unknown()).optional(),
});

/** One applied request in the cloud's log. */
export type Applied = z.infer<typeof appliedSchema>;

/** All control calls. */
export type LocalControl = {
  fleet: () => Promise<FleetState>;
  /** `collect` runs the cloud's garbage collector before, where it is exposed. */
  measurements: (options?: { collect: boolean }) => Promise<Measurements>;
  /** EC2 reclaims the instance in this many seconds; 0 reclaims it at once, without a notice. */
  reclaim: (instance: string, seconds: number) => Promise<void>;
  rebalance: (instance: string) => Promise<void>;
  /** Makes a version of the launch template, whose workers get these variables. */
  newTemplate: (environment: Readonly<Record<string, string>>) => Promise<void>;
  /** From now on EC2 launches nothing in these markets. */
  refuseLaunches: (markets: readonly ("spot" | "on-demand")[]) => Promise<void>;
  signal: (instance: string, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM") => Promise<void>;
  /** Applied requests after this number, oldest first; the log keeps the last 20,000. */
  requests: (since: number) => Promise<Applied[]>;
  /** Adds fault rules; see scripts/local/gateway/faults.ts. */
  addFaults: (rules: readonly Record<string, unknown>[]) => Promise<void>;
  clearFaults: () => Promise<void>;
  /** The number of requests with a fault since the start, by kind of fault. */
  faultHits: () => Promise<Record<string, number>>;
};

/** Makes the control calls for a local system's AWS endpoint. */
export function localControl(endpoint: string): LocalControl {
  const call = async <Answer>(method: string, path: string, schema: z.ZodType<Answer>, body?: unknown) => {
    const response = await fetch(new URL(`/_local/${path}`, endpoint), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    }).catch((cause: unknown) => {
      throw new ControlRefused(`nothing answers at ${endpoint}`, { cause });
    });
    const answer: unknown = await response.json().catch(() => ({}));
    const { error } = z.object({ error: z.string().optional() }).catch({}).parse(answer);
    if (!response.ok) throw new ControlRefused(`${method} /_local/${path}: ${error ?? response.statusText}`);
    return schema.parse(answer);
  };
  const send = async (method: string, path: string, body?: unknown) =>
    void (await call(method, path, z.unknown(), body));
  return {
    fleet: () => call("GET", "fleet", fleetSchema),
    measurements: ({ collect } = { collect: false }) =>
      call("GET", `measurements${collect ? "?collect=yes" : ""}`, measurementsSchema),
    reclaim: (instance, seconds) => send("POST", "fleet/reclaim", { instance, seconds }),
    rebalance: (instance) => send("POST", "fleet/rebalance", { instance }),
    newTemplate: (environment) => send("POST", "fleet/template", { environment }),
    refuseLaunches: (markets) => send("POST", "fleet/capacity", { markets }),
    signal: (instance, signal) => send("POST", "fleet/signal", { instance, signal }),
    requests: async (since) =>
      (await call("GET", `requests?since=${since}`, z.object({ requests: z.array(appliedSchema) }))).requests,
    addFaults: (rules) => send("POST", "faults", rules),
    clearFaults: () => send("DELETE", "faults"),
    faultHits: async () =>
      (await call("GET", "faults", z.object({ hits: z.record(z.string(), z.number()) }))).hits,
  };
}
