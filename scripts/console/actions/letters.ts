// Actions on dead letters and on what waits.
import { queueName } from "../../../worker/fleet/resources.ts";
import { counted } from "../../cli/format.ts";
import type { Meant } from "../../queues/dead/meant-letters.ts";
import { urlOf } from "../../queues/messages/take.ts";
import { discardMeant } from "../../queues/purge/discard-meant.ts";
import { purgeQueue } from "../../queues/purge/purge.ts";
import { redriveMeant } from "../../queues/redrive/redrive-meant.ts";
import type { Fields } from "./fields.ts";
import { ActionRefused, type Done, definitionOf, type Operator } from "./operator.ts";

const meantOf = ({ kind, group, job, reason }: Meant): Meant => ({ kind, group, job, reason });

/** Sends letters back, each group in its order. */
export async function redrive(operator: Operator, fields: Fields<"redrive">): Promise<Done> {
  const { job, most } = fields;
  const definition = definitionOf(operator, fields.kind);
  const done = await redriveMeant(operator, { definition, meant: meantOf(fields) }, { most });
  if (done === undefined)
    throw new ActionRefused(
      `job: SQS does not show the letter of ${job} now; try again in five minutes, or redrive its group`,
    );
  const { sent, unseen } = done;
  const groups = new Set(sent.map(({ group }) => group)).size;
  const text =
    sent.length === 0
      ? "Nothing was sent back."
      : `${counted(sent.length, "job")} of ${counted(groups, "group")} sent back.`;
  const rest =
    unseen === 0
      ? ""
      : ` SQS did not show ${unseen} more that would match: others of their groups are in front.`;
  return { text: `${text}${rest}`, facts: { jobs: sent.length } };
}

/** Deletes letters for good. */
export async function discard(operator: Operator, fields: Fields<"discard">): Promise<Done> {
  const { kind, most } = fields;
  const definition = definitionOf(operator, kind);
  confirmed(fields);
  const jobs = await discardMeant(operator, { definition, meant: meantOf(fields) }, most);
  return {
    text: `${counted(jobs, "dead letter")} of ${kind} deleted; each is on record as rejected.`,
    facts: { jobs },
  };
}

/** Deletes what waits for good. */
export async function purge(operator: Operator, fields: Fields<"purge">): Promise<Done> {
  const { kind } = fields;
  const definition = definitionOf(operator, kind);
  confirmed(fields);
  const { sqs, db, names, by, now } = operator;
  const from = { sqs, queueUrl: await urlOf(sqs, queueName(names.fleet, kind)) };
  const jobs = await purgeQueue({ from, definition, dead: false, db, table: names.tables.jobs, by, now });
  return {
    text: `${counted(jobs, "waiting job")} of ${kind} deleted; each is on record as rejected.`,
    facts: { jobs },
  };
}

function confirmed({ kind, confirm }: { kind: string; confirm: string }): void {
  if (confirm !== kind) throw new ActionRefused(`confirm: type ${kind} to confirm; nothing was deleted`);
}
