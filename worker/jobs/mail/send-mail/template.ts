// The fixed texts of mails, read from the files in templates/: a subject line, an empty line, the body.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetError } from "../../../fleet/errors.ts";
import type { DeclineTemplate, MailPurpose } from "../answers/outgoing-mail.ts";

/** A template uses a value that was not given. */
export class TemplateIncomplete extends FleetError {}

/** A template's file: one for each purpose, several for a mail that declines. */
export type TemplateName = Exclude<MailPurpose, "declined"> | `declined-${DeclineTemplate}`;

/** A filled template. */
export type MailText = { subject: string; text: string };

const folder = join(import.meta.dirname, "templates");
const subjectLine = /^Subject: (.+)\n\n/;

/**
 * Fills a template.
 * @param values one for each `{{name}}`. A value is inserted unchanged; placeholders inside it are not expanded
 * @throws TemplateIncomplete
 */
export function fillTemplate(name: TemplateName, values: Readonly<Record<string, string>>): MailText {
  const template = readFileSync(join(folder, `${name}.txt`), "utf8");
  const filled = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, field: string) => {
      const value = Object.hasOwn(values, field) ? values[field] : undefined;
      if (value === undefined) throw new TemplateIncomplete(`${name}.txt asks for ${field}`);
      return value;
    });
  const [whole, subject] = subjectLine.exec(template) ?? [];
  if (whole === undefined || subject === undefined)
    throw new TemplateIncomplete(`${name}.txt has no subject`);
  return { subject: filled(subject), text: filled(template.slice(whole.length)) };
}
