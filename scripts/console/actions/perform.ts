// What an operator can do in the console: each action checks its fields, writes its audit row, and runs the code of `npm run
// queues`. Knows no page.
import type { AuditAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { type AuditFacts, recorded } from "../../queues/audit/audit.ts";
import { pausableInWords, pauseJobs, resumeJobs } from "../../queues/pause/change-pauses.ts";
import { brokenSeal, withOpenGroup } from "../masking/seals.ts";
import { replayEvents } from "./events.ts";
import { type ActionName, type Fields, schemas } from "./fields.ts";
import { discard, purge, redrive } from "./letters.ts";
import { resendMail, settleMail } from "./mails.ts";
import { ActionRefused, type Done, definitionOf, type Operator } from "./operator.ts";
import { interrupt, scale, scaleBack } from "./size.ts";

type Action<Name extends ActionName> = {
  audited: AuditAction;
  run: (operator: Operator, fields: Fields<Name>) => Promise<Done>;
};

const actions: { readonly [Name in ActionName]: Action<Name> } = {
  pause: { audited: "pause-jobs", run: pause },
  resume: { audited: "resume-jobs", run: resume },
  redrive: { audited: "redrive-jobs", run: redrive },
  discard: { audited: "discard-jobs", run: discard },
  purge: { audited: "purge-jobs", run: purge },
  resend: { audited: "resend-mail", run: resendMail },
  settle: { audited: "settle-mail", run: settleMail },
  replay: { audited: "replay-events", run: replayEvents },
  interrupt: { audited: "interrupt-worker", run: interrupt },
  scale: { audited: "scale-fleet", run: scale },
  "scale-back": { audited: "scale-fleet", run: scaleBack },
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
  const opened = withOpenGroup(given, operator.seals);
  if (opened === undefined && given !== undefined) throw new ActionRefused(brokenSeal);
  const parsed = schemas[name].safeParse(opened);
  if (!parsed.success)
    throw new ActionRefused(
      parsed.error.issues.map(({ path, message }) => withField(path, message)).join("; "),
    );
  const fields = parsed.data as Fields<Name>;
  const { audited, run } = actions[name];
  const facts = factsOf(fields as Record<string, unknown>);
  return (await recorded(operator, { action: audited, facts }, () => run(operator, fields))).text;
}

const withField = (path: readonly PropertyKey[], message: string) =>
  message.includes(":") ? message : `${path.map(String).join(".")}: ${message}`;

/** Fields that say only that a person means it. */
const assent = ["confirm", "looked"];

const factsOf = (fields: Record<string, unknown>): AuditFacts =>
  Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, string | number] =>
        !assent.includes(entry[0]) && (typeof entry[1] === "string" || typeof entry[1] === "number"),
    ),
  );

async function pause(operator: Operator, fields: Fields<"pause">): Promise<Done> {
  definitionOf(operator, fields.kind);
  await pauseJobs(operator, fields, operator);
  return {
    text: `${pausableInWords(fields)} is paused: running jobs end, the others wait in order.`,
    facts: {},
  };
}

async function resume(operator: Operator, fields: Fields<"resume">): Promise<Done> {
  definitionOf(operator, fields.kind);
  await resumeJobs(operator, fields);
  return { text: `${pausableInWords(fields)} is resumed.`, facts: {} };
}
