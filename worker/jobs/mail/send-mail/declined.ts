// The text of the mail that tells an author that a submission is declined. Pure but for the template's file: the desk previews with it
// what the job sends.
import { type DeclineTemplate, declineTemplates } from "../answers/outgoing-mail.ts";
import { plainLine } from "../parse-mail/plain-line.ts";
import { fillTemplate, type MailText } from "./template.ts";

/** What a template is for, in words for a choice. */
export const declineTemplateWords: Readonly<Record<DeclineTemplate, string>> = {
  short: "a short no",
  encouraging: "a close decision: send us more",
  "no-room": "no room at present",
};

const longestTitle = 200;

/** Fills a template. `subject` is the author's own; it is shown as one plain line. */
export function declinedText(
  template: DeclineTemplate,
  { reference, subject }: { reference: string; subject: string | undefined },
): MailText {
  const title = plainLine(subject, longestTitle) ?? "(none)";
  return fillTemplate(`declined-${template}`, { reference, title });
}

/** Reads a template's name; undefined for none of ours. */
export const declineTemplateOf = (text: unknown): DeclineTemplate | undefined =>
  declineTemplates.find((each) => each === text);
