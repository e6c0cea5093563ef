// Actions on mails of unknown outcome and refused ones, after a person has looked.
import { resend, settle, unsettledMail } from "../../queues/ambiguous/unsettled.ts";
import type { Fields } from "./fields.ts";
import type { Done, Operator } from "./operator.ts";

/** Sends a mail once more. @throws NotThatMail where it has changed meanwhile */
export async function resendMail(operator: Operator, { mail: id }: Fields<"resend">): Promise<Done> {
  const mail = await unsettledMail(operator, id, { refused: true });
  await resend(operator, mail, operator.by);
  return { text: `The mail ${mail.id} (${mail.purpose}, ${mail.reference}) is sent once more.`, facts: {} };
}

/** Notes that nothing is to be sent. @throws NotThatMail where it has changed meanwhile */
export async function settleMail(operator: Operator, { mail: id }: Fields<"settle">): Promise<Done> {
  const mail = await unsettledMail(operator, id);
  await settle(operator, mail, operator.by);
  return { text: `The mail ${mail.id} (${mail.purpose}, ${mail.reference}) is settled.`, facts: {} };
}
