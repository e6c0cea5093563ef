// The worker's settings: the only file of the worker that reads the environment. All problems are told together.
import { availableParallelism, hostname } from "node:os";
import { z } from "zod";
import { InvalidSettings } from "./errors.ts";
import { type JobKind, jobKinds } from "./jobs/catalog.ts";

const seconds = (least: number, most: number) => z.coerce.number().min(least).max(most);
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const optionalText = z.string().min(1).optional();

const environment = z.object({
  FLEET_NAME: z
    .string({ error: "is missing; it names the fleet, e.g. fifo-fleet" })
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
      "takes 1 to 32 lower-case letters, digits and inner hyphens",
    ),
  FLEET_BUCKET_SUFFIX: z.string().default(""),
  FLEET_JOBS: optionalText,
  /** Jobs at once; the default suits jobs that decode on all cores and wait for AWS in between. */
  FLEET_SLOTS: whole(1, 1000).default(4 * availableParallelism()),
  FLEET_DECODERS: whole(1, 64).default(availableParallelism() + 1),
  FLEET_RECEIVES: whole(1, 16).default(2),
  FLEET_WAIT_SECONDS: whole(0, 20).default(20),
  FLEET_VISIBILITY_SECONDS: whole(2, 43_200).optional(),
  FLEET_DELETE_LINGER_MS: whole(0, 1000).default(10),
  FLEET_TIME_SCALE: z.coerce.number().positive().max(1).default(1),
  FLEET_DRAIN_SECONDS: seconds(1, 7200).default(100),
  FLEET_DRAIN_MARGIN_SECONDS: seconds(0.1, 60).default(5),
  FLEET_SCALE_IN_SECONDS: seconds(1, 7200).default(240),
  FLEET_METADATA_SECONDS: seconds(0.05, 60).default(5),
  FLEET_METRICS_SECONDS: seconds(0.1, 300).default(10),
  FLEET_PRESENCE_SECONDS: seconds(0.1, 300).default(5),
  FLEET_HEALTH_ADDRESS: z
    .string()
    .regex(/^[^:]+:\d{1,5}$/, "takes HOST:PORT, e.g. 127.0.0.1:8081")
    .optional(),
  FLEET_WORKER_ID: z.string().max(128).optional(),
  FLEET_INSTANCE_ID: optionalText,
  FLEET_SCALING_GROUP: optionalText,
  FLEET_LIFECYCLE_HOOK: optionalText,
  /** `ec2` on an instance; `off` elsewhere. Setting AWS_EC2_METADATA_SERVICE_ENDPOINT turns it on. */
  FLEET_METADATA: z.enum(["ec2", "off"]).optional(),
  AWS_EC2_METADATA_SERVICE_ENDPOINT: z.url().optional(),
  AWS_REGION: z.string({ error: "is missing; it names the region, e.g. eu-west-1" }),
  AWS_ENDPOINT_URL: z.url().optional(),
  AWS_ENDPOINT_URL_SQS: z.url().optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
});

/** The worker's settings, frozen. Never log it whole. */
export type WorkerConfig = Readonly<
  z.infer<typeof environment> & { kinds: readonly JobKind[]; workerId: string }
>;

/**
 * Reads the settings.
 * @param args `--jobs a,b` wins over FLEET_JOBS
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function readConfig(env: NodeJS.ProcessEnv, args: { jobs?: string } = {}): WorkerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".")} ${message}`);
  const { kinds, unknown } = kindsOf(args.jobs ?? given.FLEET_JOBS);
  if (unknown.length > 0)
    problems.push(`jobs: no kind is called ${unknown.join(", ")}; there is ${jobKinds.join(", ")}`);
  if (parsed.success) problems.push(...leaseProblems(parsed.data));
  if (!parsed.success || problems.length > 0) throw new InvalidSettings(problems);
  const workerId = parsed.data.FLEET_WORKER_ID ?? `${hostname()}-${process.pid}`;
  return Object.freeze({ ...parsed.data, kinds, workerId });
}

function kindsOf(list: string | undefined): { kinds: JobKind[]; unknown: string[] } {
  const names = list === undefined ? jobKinds : list.split(",").map((name) => name.trim());
  const isKind = (name: string): name is JobKind => (jobKinds as string[]).includes(name);
  return { kinds: names.filter(isKind), unknown: names.filter((name) => !isKind(name)) };
}

function leaseProblems(env: z.infer<typeof environment>): string[] {
  const { FLEET_VISIBILITY_SECONDS: visibility, FLEET_WAIT_SECONDS: wait } = env;
  return visibility !== undefined && visibility <= wait
    ? [`FLEET_VISIBILITY_SECONDS is ${visibility}, it must exceed FLEET_WAIT_SECONDS, which is ${wait}`]
    : [];
}
