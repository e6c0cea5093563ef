// `queues ambiguous`: mails that SES was asked to send and did not confirm, for an operator to check.
import { InvalidArgumentError, Option } from "commander";
import type { OutgoingMail } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { refusedMails, resend, settle, unsettledMail, unsettledMails } from "./unsettled.ts";

type Options = CommonOptions & { settle?: string; resend?: string; refused?: boolean };

export const ambiguous: Subcommand<Options> = {
  name: "ambiguous",
  description: "lists mails that may or may not have been sent, and settles them",
  declare: (command) =>
    command
      .addOption(
        new Option("--settle <id>", "note that you have checked and nothing is to be sent")
          .argParser(mailId)
          .conflicts("resend"),
      )
      .addOption(
        new Option("--resend <id>", "send the mail again: you have checked, it did not arrive").argParser(
          mailId,
        ),
      )
      .addOption(new Option("--refused", "list the mails that SES refused, too; --resend takes them as well"))
      .addHelpText(
        "after",
        "\nWhere to check: ask the recipient, search for the header X-Fleet-Mail, or search SES's events for the tag fleet-mail.",
      ),
  run: async (running) => {
    const { options, target, user, now } = running;
    const desk = { db: target.db, names: target.names, now };
    const id = options.settle ?? options.resend;
    if (id === undefined)
      return list(running, [
        ...(await unsettledMails(desk)),
        ...(options.refused ? await refusedMails(desk) : []),
      ]);
    const mail = await unsettledMail(desk, id, { refused: options.resend !== undefined });
    const settles = options.settle !== undefined;
    const audited = settles ? ("settle-mail" as const) : ("resend-mail" as const);
    await recorded(actingOf(running), { action: audited, facts: { mail: mail.id } }, async () => {
      await (settles ? settle : resend)(desk, mail, user());
      return { facts: {} };
    });
    const action = options.settle === undefined ? "resent" : "settled";
    const text = action === "settled" ? "is settled" : "is planned again";
    print(
      running,
      { mailId: mail.id, action },
      `mail ${mail.id} (${mail.purpose}, ${mail.reference}) ${text}`,
    );
    return 0;
  },
};

/** Checks an id or its beginning. */
function mailId(text: string): string {
  if (!/^[0-9a-f]{6,32}$/.test(text))
    throw new InvalidArgumentError("It takes a mail's id, or 6 digits or more of its beginning.");
  return text;
}

function list(running: Running<Options>, mails: readonly OutgoingMail[]): number {
  for (const mail of mails) {
    const { id: mailId, purpose, state, to, reference, submissionId, round, updatedAt: since } = mail;
    const reason = mail.reason ?? (state === "sending" ? "the worker that was sending it ended" : null);
    print(
      running,
      { mailId, purpose, state, to, reference, submissionId, round, since, reason },
      `${mailId}  ${since}  ${purpose} ${reference} to ${to}\n  ${reason}`,
    );
  }
  if (mails.length === 0 && !running.options.json) running.stdout.write("no ambiguous mails\n");
  return 0;
}
