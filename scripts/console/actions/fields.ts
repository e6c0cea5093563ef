// The fields of every action, as a form or a JSON body has them, each with its limit in the message.
import { z } from "zod";
import { mostAskedMinutes } from "../../../triggers/metrics-due/asked-size.ts";
import { queueSafeId } from "../../../worker/engine/job/define-job.ts";
import { instanceId } from "../../queues/interrupt/interrupt.ts";
import { longestReason } from "../../queues/pause/told-pauses.ts";
import { mostInstances } from "../../queues/scale/ask-for-size.ts";

/** Most letters that one action takes; the rest is for the next portion. */
export const portions = { usual: 100, most: 500 } as const;

const blankIsNone = (text: string) => (text === "" ? undefined : text);

const group = z
  .string()
  .refine(
    (text) => text === "" || queueSafeId(text) === text,
    "group: takes a message group of 1 to 128 characters",
  )
  .transform(blankIsNone)
  .optional();
const pauseReason = z
  .string()
  .max(longestReason, `reason: must have at most ${longestReason} characters`)
  .transform(blankIsNone)
  .optional();
const kind = z.string().min(1, "kind: is missing").max(64, "kind: must have at most 64 characters");
const confirm = z.string({ error: "confirm: type the job kind to confirm" });
const mailId = z.string().regex(/^[0-9a-f]{6,32}$/, "mail: takes a mail's id of 6 to 32 hexadecimal digits");
const looked = z.literal("yes", { error: "looked: say yes once you have looked whether the mail arrived" });

const wholeNumber = (name: string, most: number) =>
  z.coerce
    .number({ error: `${name}: takes a number` })
    .int(`${name}: takes a whole number`)
    .min(1, `${name}: takes 1 to ${most}`)
    .max(most, `${name}: takes 1 to ${most}`);

/** Which dead letters: of a kind, and of it one job's, a group's, or those whose reason contains a text. */
const letters = {
  kind,
  group,
  job: z.string().max(128, "job: must have at most 128 characters").transform(blankIsNone).optional(),
  reason: z.string().max(200, "reason: must have at most 200 characters").transform(blankIsNone).optional(),
};

export const schemas = {
  pause: z.object({ kind, group, reason: pauseReason }),
  resume: z.object({ kind, group }),
  redrive: z.object({ ...letters, most: wholeNumber("most", portions.most).default(portions.usual) }),
  discard: z.object({
    ...letters,
    most: wholeNumber("most", portions.most).default(portions.most),
    confirm,
  }),
  purge: z.object({ kind, confirm }),
  resend: z.object({ mail: mailId, looked }),
  settle: z.object({ mail: mailId, looked }),
  replay: z.object({}),
  interrupt: z.object({
    instance: z.string().regex(instanceId, "instance: takes an instance's id, e.g. i-0abc"),
  }),
  scale: z.object({
    instances: wholeNumber("instances", mostInstances),
    minutes: wholeNumber("minutes", mostAskedMinutes),
  }),
  "scale-back": z.object({}),
} as const;

export type ActionName = keyof typeof schemas;
export const actionNames = Object.keys(schemas) as ActionName[];

/** An action's checked fields. */
export type Fields<Name extends ActionName> = z.output<(typeof schemas)[Name]>;

/** Letters as an address names them, for a preview, its group's seal opened; fields that are wrong are left out. */
export function readMeant({ kind: of = "", ...query }: Readonly<Record<string, string | undefined>>) {
  const read = (schema: z.ZodType<string | undefined>, text: string | undefined) =>
    schema.safeParse(text).data;
  const { group: inGroup, job, reason } = letters;
  return {
    kind: of,
    group: read(inGroup, query.group),
    job: read(job, query.job),
    reason: read(reason, query.reason),
  };
}
