// What an operator can do in the console: each action checks its fields, writes its audit row, and runs the code of `npm run
// queues`. Knows no page.
import {
  type AutoScalingClient,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { queueSafeId } from "../../../worker/engine/job/define-job.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { AuditAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { counted } from "../../cli/format.ts";
import { type AuditFacts, recorded } from "../../queues/audit/audit.ts";
import { urlOf } from "../../queues/messages/take.ts";
import { pausableInWords, pauseJobs, resumeJobs } from "../../queues/pause/change-pauses.ts";
import { purgeQueue } from "../../queues/purge/purge.ts";
import { type Redriven, redriveAll } from "../../queues/redrive/redrive.ts";
import { redriveJob } from "../../queues/redrive/redrive-job.ts";
import { redriveOptions } from "../../queues/redrive/redriving.ts";
import type { Jobs } from "../../queues/subcommand.ts";

/** Whom and what an action works on. */
export type Operator = {
  sqs: SQSClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  jobs: Jobs;
  /** Interrupts instances; without it no worker can be interrupted here. */
  autoScaling?: AutoScalingClient | undefined;
  /** Who acts: the user of this machine. */
  by: string;
  /** Epoch milliseconds. */
  now: () => number;
};

/** An action that cannot be done as it was asked for. The text is for the person. */
export class ActionRefused extends FleetError {}

/** What was done, for the person and for the audit. */
export type Done = { text: string; facts: AuditFacts };

/** Most letters that one redrive sends back; the rest is for the next portion. */
export const portions = { usual: 100, most: 500 } as const;

const group = z
  .string()
  .refine(
    (text) => text === "" || queueSafeId(text) === text,
    "group: takes a message group of 1 to 128 characters",
  )
  .transform((text) => (text === "" ? undefined : text))
  .optional();
const kind = z.string().min(1, "kind: is missing").max(64, "kind: must have at most 64 characters");
const confirm = z.string({ error: "confirm: type the job kind to confirm" });

const schemas = {
  pause: z.object({ kind, group }),
  resume: z.object({ kind, group }),
  redrive: z.object({
    kind,
    group,
    job: z.string().max(128, "job: must have at most 128 characters").optional(),
    most: z.coerce
      .number({ error: "most: takes a number" })
      .int("most: takes a whole number")
      .min(1, `most: takes 1 to ${portions.most}`)
      .max(portions.most, `most: takes 1 to ${portions.most}`)
      .default(portions.usual),
  }),
  discard: z.object({ kind, confirm }),
  purge: z.object({ kind, confirm }),
  interrupt: z.object({
    instance: z.string().regex(/^i-[0-9a-f]{1,32}$/, "instance: takes an instance's id, e.g. i-0abc"),
  }),
} as const;

export type ActionName = keyof typeof schemas;
export const actionNames = Object.keys(schemas) as ActionName[];
type Fields<Name extends ActionName> = z.output<(typeof schemas)[Name]>;

type Action<Name extends ActionName> = {
  audited: AuditAction;
  run: (operator: Operator, fields: Fields<Name>) => Promise<Done>;
};

const actions: { readonly [Name in ActionName]: Action<Name> } = {
  pause: {
    audited: "pause-jobs",
    run: async (operator, fields) => {
      await pauseJobs(operator, ofKnownKind(operator, fields), operator);
      return {
        text: `${pausableInWords(fields)} is paused: running jobs end, the others wait in order.`,
        facts: {},
      };
    },
  },
  resume: {
    audited: "resume-jobs",
    run: async (operator, fields) => {
      await resumeJobs(operator, ofKnownKind(operator, fields));
      return { text: `${pausableInWords(fields)} is resumed.`, facts: {} };
    },
  },
  redrive: { audited: "redrive-jobs", run: redrive },
  discard: { audited: "discard-jobs", run: (operator, fields) => purge(operator, { ...fields, dead: true }) },
  purge: { audited: "purge-jobs", run: (operator, fields) => purge(operator, { ...fields, dead: false }) },
  interrupt: { audited: "interrupt-worker", run: interrupt },
};

/**
 * Does an action.
 * @param given its fields as a form or a JSON body has them
 * @throws ActionRefused naming the field that is wrong; FleetError where the fleet refuses; errors of AWS
 */
export async function perform(operator: Operator, name: ActionName, given: unknown): Promise<string> {
  return performNamed(operator, name, given);
}

async function performNamed<Name extends ActionName>(
  operator: Operator,
  name: Name,
  given: unknown,
): Promise<string> {
  const parsed = schemas[name].safeParse(given);
  if (!parsed.success)
    throw new ActionRefused(
      parsed.error.issues.map(({ path, message }) => withField(path, message)).join("; "),
    );
  const fields = parsed.data as Fields<Name>;
  const { audited, run } = actions[name];
  const { confirm: _, ...facts } = fields as Record<string, unknown> & { confirm?: string };
  return (await recorded(operator, { action: audited, facts: factsOf(facts) }, () => run(operator, fields)))
    .text;
}

const withField = (path: readonly PropertyKey[], message: string) =>
  message.includes(":") ? message : `${path.map(String).join(".")}: ${message}`;

const factsOf = (fields: Record<string, unknown>): AuditFacts =>
  Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, string | number] =>
        typeof entry[1] === "string" || typeof entry[1] === "number",
    ),
  );

/** @throws ActionRefused naming all kinds */
function definitionOf({ jobs }: Operator, name: string) {
  const definition = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (definition === undefined)
    throw new ActionRefused(
      `kind: there is no ${JSON.stringify(name)}; the kinds are ${Object.keys(jobs).join(", ")}`,
    );
  return definition;
}

function ofKnownKind<Of extends { kind: string }>(operator: Operator, fields: Of): Of {
  definitionOf(operator, fields.kind);
  return fields;
}

/** Lets so many through. Groups are sent side by side, so it counts what begins, not what has ended. */
function upTo(most: number): () => boolean {
  let begun = 0;
  return () => {
    begun += 1;
    return begun <= most;
  };
}

async function redrive(
  operator: Operator,
  { kind: of, group: only, job, most }: Fields<"redrive">,
): Promise<Done> {
  const sent: Redriven[] = [];
  const options = await redriveOptions(operator, definitionOf(operator, of), (one) => void sent.push(one));
  if (job === undefined) await redriveAll({ ...options, most, before: upTo(most) }, only);
  else if ((await redriveJob(options, job, only)) === undefined)
    throw new ActionRefused(
      `job: SQS does not show the letter of ${job} now; try again in five minutes, or redrive its group`,
    );
  const groups = new Set(sent.map(({ group: each }) => each)).size;
  const text =
    sent.length === 0
      ? "Nothing was sent back."
      : `${counted(sent.length, "job")} of ${counted(groups, "group")} sent back.`;
  return { text, facts: { jobs: sent.length } };
}

async function purge(
  operator: Operator,
  { kind: of, confirm: typed, dead }: Fields<"purge"> & { dead: boolean },
): Promise<Done> {
  const definition = definitionOf(operator, of);
  if (typed !== of) throw new ActionRefused(`confirm: type ${of} to confirm; nothing was deleted`);
  const { sqs, db, names, by, now } = operator;
  const queue = dead ? deadLetterQueueName(names.fleet, of) : queueName(names.fleet, of);
  const from = { sqs, queueUrl: await urlOf(sqs, queue) };
  const deleted = await purgeQueue({ from, definition, dead, db, table: names.tables.jobs, by, now });
  const what = counted(deleted, dead ? "dead letter" : "waiting job");
  return { text: `${what} of ${of} deleted; each is on record as rejected.`, facts: { jobs: deleted } };
}

async function interrupt({ autoScaling }: Operator, { instance }: Fields<"interrupt">): Promise<Done> {
  if (autoScaling === undefined)
    throw new ActionRefused("instance: Auto Scaling cannot be asked at this endpoint");
  await autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: instance,
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  return {
    text: `${instance} drains: its jobs end or are returned, and another instance takes its place.`,
    facts: {},
  };
}
