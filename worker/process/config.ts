// The worker's settings. No other file of the worker reads the environment. All problems are reported together.
import { availableParallelism, hostname } from "node:os";
import * as z from "zod";
import type { WorkerSettings } from "../engine/worker-parts.ts";
import { type Clock, fasterClock, systemClock } from "../fleet/clock.ts";
import { InvalidSettings } from "../fleet/errors.ts";
import { catalog, type JobKind, jobKinds } from "../jobs/catalog.ts";
import { type FileSettings, fileEnvironment, fileSettingsOf } from "../jobs/files/settings.ts";
import { usableAddress } from "../jobs/mail/answers/address.ts";
import { answerPolicies, type MailSettings } from "../jobs/mail/answers/settings.ts";

function seconds(least: number, most: number) {
  const error = `takes ${least} to ${most} seconds`;
  return z.coerce.number({ error }).min(least, { error }).max(most, { error });
}
function whole(least: number, most: number) {
  const error = `takes a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}
const url = z.url({ protocol: /^https?$/, error: "takes a URL that starts with http:// or https://" });
const positive = "takes a number above 0, at most 1";
const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
const optionalText = z.string().min(1).optional();
const mailAddress = z
  .string()
  .transform((text) => usableAddress(text.trim()) ?? "")
  .refine((text) => text !== "", "takes a mail address, e.g. stories@magazine.example");

const environment = z.object({
  FLEET_NAME: z
    .string({ error: "is missing; it names the fleet, e.g. fifo-fleet" })
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
      "takes 1 to 32 lower-case letters, digits and inner hyphens",
    ),
  FLEET_BUCKET_SUFFIX: z.string().default(""),
  FLEET_JOBS: optionalText,
  /**
   * Jobs that run at once. By default as many that those which wait for AWS leave no core without one that decodes, and few
   * enough that the largest inputs of all of them fit into an instance's `/tmp`.
   */
  FLEET_SLOTS: whole(1, 1000).default(6 * availableParallelism()),
  /** More than the cores take turns on them and their caches, which costs a twentieth of the CPU: none of them waits for files. */
  FLEET_DECODERS: whole(1, 64).default(availableParallelism()),
  /** `xray`: jobs of traced events are shown in their trace. */
  FLEET_TRACING: z.enum(["xray", "off"], { error: "takes xray or off" }).default("off"),
  /** `required`: no start on a machine that cannot confine decode children fully. */
  FLEET_SANDBOX: z
    .enum(["required", "preferred"], { error: "takes required or preferred" })
    .default("preferred"),
  /** Receives of one queue at once while it has more messages; the default keeps all slots busy even with instant jobs. */
  FLEET_RECEIVES: whole(1, 16).optional(),
  FLEET_WAIT_SECONDS: whole(0, 20).default(20),
  FLEET_VISIBILITY_SECONDS: whole(2, 43_200).optional(),
  FLEET_DELETE_LINGER_MS: whole(0, 1000).default(25),
  /** The time limit of every run, in place of its kind's own. */
  FLEET_RUN_SECONDS: seconds(0.1, 43_200).optional(),
  /** How long one of the worker's seconds takes, and since when; below 1 where the queues' time runs as fast. */
  FLEET_TIME_SCALE: z.coerce
    .number({ error: positive })
    .positive({ error: positive })
    .max(1, { error: positive })
    .default(1),
  FLEET_TIME_ORIGIN: z.iso
    .datetime({ error: "takes a time as ISO 8601, e.g. 2026-01-31T12:00:00Z" })
    .optional(),
  /** How long a job is put off while a service does not answer, before it is dead-lettered. */
  FLEET_TROUBLE_SECONDS: seconds(60, 14 * 86_400).default(12 * 3600),
  /** How long a message that a newer version has written waits for a worker of that version. */
  FLEET_ROLLOUT_SECONDS: seconds(0, 14 * 86_400).default(1800),
  FLEET_DRAIN_SECONDS: seconds(1, 7200).default(100),
  FLEET_DRAIN_MARGIN_SECONDS: seconds(0.1, 60).default(5),
  FLEET_SCALE_IN_SECONDS: seconds(1, 7200).default(240),
  FLEET_METADATA_SECONDS: seconds(0.05, 60).default(5),
  FLEET_METRICS_SECONDS: seconds(0.1, 300).default(10),
  FLEET_PRESENCE_SECONDS: seconds(0.1, 300).default(5),
  /** How often the worker reads which groups and kinds an operator has paused. */
  FLEET_PAUSES_SECONDS: seconds(0.1, 60).default(2),
  FLEET_HEALTH_ADDRESS: z
    .string()
    .refine((address) => isAddress(address), "takes HOST:PORT, e.g. 127.0.0.1:8081")
    .optional(),
  FLEET_WORKER_ID: z.string().max(128, "takes at most 128 characters").optional(),
  FLEET_INSTANCE_ID: optionalText,
  FLEET_SCALING_GROUP: optionalText,
  /** The termination hook, completed after a drain. */
  FLEET_LIFECYCLE_HOOK: optionalText,
  /** The launch hook, completed once the worker is ready. */
  FLEET_LAUNCH_HOOK: optionalText,
  /** What runs: the version of the image and of its settings. */
  FLEET_VERSION: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "takes 1 to 64 letters, digits, dots, hyphens and underscores")
    .default("development"),
  /** `ec2` on an instance, `off` elsewhere. AWS_EC2_METADATA_SERVICE_ENDPOINT turns it on too. */
  FLEET_METADATA: z.enum(["ec2", "off"], { error: "takes ec2 or off" }).optional(),
  /** The address that stories are sent to and answers come from; without it no mail is sent. */
  FLEET_MAIL_ADDRESS: mailAddress.optional(),
  FLEET_MAIL_ALIASES: z
    .string()
    .transform((list) => list.split(","))
    .pipe(z.array(mailAddress))
    .optional(),
  FLEET_MAIL_EDITOR: mailAddress.optional(),
  FLEET_MAIL_ANSWER: z
    .enum(answerPolicies, { error: `takes one of ${answerPolicies.join(", ")}` })
    .default("dmarc-pass"),
  /** How long mails whose answer is withheld on doubt are gathered, before the editor is told of all in one mail. */
  FLEET_MAIL_WITHHELD_SECONDS: seconds(1, 86_400).default(86_400),
  /** How long SES may take to answer; a mail that gets no answer is ambiguous. */
  FLEET_MAIL_WAIT_SECONDS: seconds(0.1, 30).default(10),
  ...fileEnvironment,
  AWS_EC2_METADATA_SERVICE_ENDPOINT: url.optional(),
  AWS_REGION: z.string({ error: "is missing; it names the region, e.g. eu-west-1" }),
  AWS_ENDPOINT_URL: url.optional(),
  AWS_ENDPOINT_URL_SQS: url.optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `takes one of ${logLevels.join(", ")}` }).default("info"),
});

/** The worker's settings, frozen. Never log it whole. */
export type WorkerConfig = Readonly<
  z.infer<typeof environment> & {
    kinds: readonly JobKind[];
    workerId: string;
    FLEET_RECEIVES: number;
    mail: MailSettings | undefined;
    files: FileSettings;
  }
>;

/**
 * Reads the settings.
 * @param args `--jobs a,b` wins over FLEET_JOBS
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function readConfig(env: NodeJS.ProcessEnv, args: { jobs?: string } = {}): WorkerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  const { kinds, unknown } = kindsOf(args.jobs ?? given.FLEET_JOBS);
  const problems = parsed.success ? [] : problemsOf(parsed.error, given);
  if (unknown.length > 0)
    problems.push(
      `jobs: no kind is called ${unknown.map((name) => JSON.stringify(name)).join(", ")}; there is ${jobKinds.join(", ")}`,
    );
  problems.push(...leaseProblems(given, kinds), ...drainProblems(given));
  if (parsed.data !== undefined && parsed.data.FLEET_TIME_SCALE < 1 && given.FLEET_TIME_ORIGIN === undefined)
    problems.push("FLEET_TIME_SCALE needs FLEET_TIME_ORIGIN, or workers would not agree on the time");
  if (given.FLEET_MAIL_ADDRESS === undefined)
    for (const name of ["FLEET_MAIL_EDITOR", "FLEET_MAIL_ALIASES"])
      if (given[name] !== undefined)
        problems.push(`${name} needs FLEET_MAIL_ADDRESS, from which mails are sent`);
  if (!parsed.success || problems.length > 0) throw new InvalidSettings(problems);
  const workerId = parsed.data.FLEET_WORKER_ID ?? `${hostname()}-${process.pid}`;
  const FLEET_RECEIVES = parsed.data.FLEET_RECEIVES ?? receivesFor(parsed.data.FLEET_SLOTS);
  const [mail, files] = [mailOf(parsed.data), fileSettingsOf(parsed.data)];
  return Object.freeze({ ...parsed.data, FLEET_RECEIVES, kinds, workerId, mail, files });
}

/** The part of the settings that goes to the engine. */
export function workerSettings(config: WorkerConfig): WorkerSettings {
  return {
    workerId: config.workerId,
    slots: config.FLEET_SLOTS,
    receives: config.FLEET_RECEIVES,
    waitSeconds: config.FLEET_WAIT_SECONDS,
    visibilitySeconds: config.FLEET_VISIBILITY_SECONDS,
    deleteLingerMs: config.FLEET_DELETE_LINGER_MS,
    runSeconds: config.FLEET_RUN_SECONDS,
    troubleSeconds: config.FLEET_TROUBLE_SECONDS,
    rolloutSeconds: config.FLEET_ROLLOUT_SECONDS,
    drainSeconds: config.FLEET_DRAIN_SECONDS,
    drainMarginSeconds: config.FLEET_DRAIN_MARGIN_SECONDS,
  };
}

/** The worker's clock: the machine's, or a faster one. */
export function clockOf({ FLEET_TIME_SCALE: scale, FLEET_TIME_ORIGIN: origin }: WorkerConfig): Clock {
  return origin === undefined ? systemClock : fasterClock({ scale, originMs: Date.parse(origin) });
}

function mailOf(env: z.infer<typeof environment>): MailSettings | undefined {
  const { FLEET_MAIL_ADDRESS: address, FLEET_MAIL_ALIASES: aliases = [] } = env;
  if (address === undefined) return undefined;
  const { FLEET_MAIL_EDITOR: editor, FLEET_MAIL_ANSWER: answer } = env;
  return { address, aliases, editor, answer, withheldSeconds: env.FLEET_MAIL_WITHHELD_SECONDS };
}

/** One receive of ten messages for every ten slots, but at least two, so that one can land while another runs. */
function receivesFor(slots: number): number {
  return Math.min(16, Math.max(2, Math.ceil(slots / 10)));
}

function problemsOf(error: z.ZodError, given: Record<string, string | undefined>): string[] {
  return error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? "");
    const value = given[name];
    return value === undefined ? `${name} ${message}` : `${name} is ${JSON.stringify(value)}, it ${message}`;
  });
}

function kindsOf(list: string | undefined): { kinds: JobKind[]; unknown: string[] } {
  const names = list === undefined ? jobKinds : [...new Set(list.split(",").map((name) => name.trim()))];
  const isKind = (name: string): name is JobKind => (jobKinds as string[]).includes(name);
  return { kinds: names.filter(isKind), unknown: names.filter((name) => !isKind(name)) };
}

/** A lease counts from the start of its long poll, so the poll must be shorter than the lease. */
function leaseProblems(given: Record<string, string | undefined>, kinds: readonly JobKind[]): string[] {
  const { FLEET_VISIBILITY_SECONDS: visibility, FLEET_WAIT_SECONDS: wait } = environment.shape;
  const waitSeconds = wait.safeParse(given.FLEET_WAIT_SECONDS).data;
  const leaseSeconds = visibility.safeParse(given.FLEET_VISIBILITY_SECONDS);
  if (waitSeconds === undefined || !leaseSeconds.success) return [];
  const poll = `FLEET_WAIT_SECONDS, which is ${waitSeconds}`;
  if (leaseSeconds.data !== undefined)
    return leaseSeconds.data > waitSeconds
      ? []
      : [`FLEET_VISIBILITY_SECONDS is ${leaseSeconds.data}, it must exceed ${poll}`];
  return kinds
    .filter((kind) => catalog[kind].policy.visibilitySeconds <= waitSeconds)
    .map((kind) => `the visibility timeout of ${kind} must exceed ${poll}`);
}

/** A drain waits for the open poll, which may bring messages, and then returns them. */
function drainProblems(given: Record<string, string | undefined>): string[] {
  const { FLEET_DRAIN_SECONDS, FLEET_DRAIN_MARGIN_SECONDS, FLEET_WAIT_SECONDS } = environment.shape;
  const drain = FLEET_DRAIN_SECONDS.safeParse(given.FLEET_DRAIN_SECONDS).data;
  const margin = FLEET_DRAIN_MARGIN_SECONDS.safeParse(given.FLEET_DRAIN_MARGIN_SECONDS).data;
  const wait = FLEET_WAIT_SECONDS.safeParse(given.FLEET_WAIT_SECONDS).data;
  if (drain === undefined || margin === undefined || wait === undefined || drain > wait + margin) return [];
  return [
    `FLEET_DRAIN_SECONDS is ${drain}, it must exceed FLEET_WAIT_SECONDS plus FLEET_DRAIN_MARGIN_SECONDS, which are ${wait + margin}`,
  ];
}

function isAddress(text: string): boolean {
  const [, port] = /^[^:]+:(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) <= 65_535;
}
