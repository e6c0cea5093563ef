// The fixed texts of mails, read from the files in templates/: a subject line, an empty line, the body.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetError } from "../../../fleet/errors.ts";
import type { MailPurpose } from "../answers/outgoing-mail.ts";

/** A template uses a value that was not given. */
export class TemplateIncomplete extends FleetError {}

/** A filled template. */
export type MailText = { subject: string; text: string };

const folder = join(import.meta.dirname, "templates");
const subjectLine = /^Subject: (.+)\n\n/;

/**
 * Fills the template of a purpose.
 * @param values one for each `{{name}}`. A value is inserted unchanged; placeholders inside it are not expanded
 * @throws TemplateIncomplete
 */
export function fillTemplate(purpose: MailPurpose, values: Readonly<Record<string, string>>): MailText {
  const template = readFileSync(join(folder, `${purpose}.txt`), "utf8");
  const filled = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) throw new TemplateIncomplete(`${purpose}.txt asks for ${name}`);
      return value;
    });
  const [whole, subject] = subjectLine.exec(template) ?? [];
  if (whole === undefined || subject === undefined)
    throw new TemplateIncomplete(`${purpose}.txt has no subject`);
  return { subject: filled(subject), text: filled(template.slice(whole.length)) };
}
