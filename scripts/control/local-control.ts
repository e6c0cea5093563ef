// The control calls of a running local system, as drills and soaks make them: HTTP under /_local/ on its AWS endpoint.
import { z } from "zod";
import { FleetError } from "../../worker/fleet/errors.ts";

/** The system does not answer, or refuses the call; the text says why. */
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
  /** Most instances there may be. */
  max: z.number(),
  desired: z.number(),
  /** Process ids of the local cloud itself, and of its DynamoDB. */
  process: z.number(),
  dynamoDb: z.number().nullable(),
  instances: z.array(
    z.object({
      id: z.string(),
      state: z.enum(["Pending", "InService", "Terminating:Wait", "Terminating:Proceed"]),
      launchedAt: z.number(),
      process: z.number().nullable(),
      /** The access key id its worker calls with: `from` in the request log. */
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

/** One applied request, as the cloud's log has it. */
export type Applied = z.infer<typeof appliedSchema>;

/** What can be asked and told. */
export type LocalControl = {
  fleet: () => Promise<FleetState>;
  measurements: () => Promise<Measurements>;
  /** EC2 wants the instance back in so many seconds; 0 takes it at once, without a notice. */
  reclaim: (instance: string, seconds: number) => Promise<void>;
  rebalance: (instance: string) => Promise<void>;
  signal: (instance: string, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM") => Promise<void>;
  /** Applied requests after the one of this number, oldest first; the log keeps the last 20,000. */
  requests: (since: number) => Promise<Applied[]>;
  /** Adds fault rules, see scripts/local/gateway/faults.ts. */
  addFaults: (rules: readonly Record<string, unknown>[]) => Promise<void>;
  clearFaults: () => Promise<void>;
  /** How many requests were hit since the start, by kind of fault. */
  faultHits: () => Promise<Record<string, number>>;
};

/** Makes the caller for a local system's AWS endpoint. */
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
  const tell = async (method: string, path: string, body?: unknown) =>
    void (await call(method, path, z.unknown(), body));
  return {
    fleet: () => call("GET", "fleet", fleetSchema),
    measurements: () => call("GET", "measurements", measurementsSchema),
    reclaim: (instance, seconds) => tell("POST", "fleet/reclaim", { instance, seconds }),
    rebalance: (instance) => tell("POST", "fleet/rebalance", { instance }),
    signal: (instance, signal) => tell("POST", "fleet/signal", { instance, signal }),
    requests: async (since) =>
      (await call("GET", `requests?since=${since}`, z.object({ requests: z.array(appliedSchema) }))).requests,
    addFaults: (rules) => tell("POST", "faults", rules),
    clearFaults: () => tell("DELETE", "faults"),
    faultHits: async () =>
      (await call("GET", "faults", z.object({ hits: z.record(z.string(), z.number()) }))).hits,
  };
}
