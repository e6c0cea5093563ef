// What the header of a mail says, picked out and cut to size. Believes nothing of it.
import type { AddressObject, EmailAddress, HeaderLines, Headers, StructuredHeader } from "mailparser";
import type { MailAddress, MailFacts } from "./decode-contract.ts";
import { plainLine } from "./plain-line.ts";

/** Addresses of To and Cc that are kept. */
const mostRecipients = 100;

/** An address that can be written to: one `@`, no blanks, nothing beyond the length SMTP allows. */
const address = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()\\]{1,255}$/;

/** The facts of a parsed header and its raw lines. */
export function mailFacts(headers: Headers, lines: HeaderLines): MailFacts {
  const text = (key: string, longest?: number) => plainLine(first(headers.get(key)), longest);
  const one = (key: string) => addresses(headers.get(key))[0];
  return {
    messageId: text("message-id"),
    inReplyTo: text("in-reply-to"),
    subject: text("subject"),
    date: rawValue(lines, "date"),
    from: one("from"),
    replyTo: one("reply-to"),
    recipients: [...addresses(headers.get("to")), ...addresses(headers.get("cc"))]
      .slice(0, mostRecipients)
      .map((recipient) => recipient.address),
    autoSubmitted: text("auto-submitted", 100),
    precedence: text("precedence", 100),
    autoResponseSuppress: text("x-auto-response-suppress", 100),
    returnPath: rawValue(lines, "return-path"),
    list: lines.some(({ key }) => key.startsWith("list-")),
    report: isReport(headers.get("content-type")),
  };
}

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

function rawValue(lines: HeaderLines, wanted: string): string | undefined {
  const line = lines.find(({ key }) => key === wanted)?.line;
  return plainLine(line?.slice(line.indexOf(":") + 1), 320);
}

function isReport(value: unknown): boolean {
  return (value as Partial<StructuredHeader> | undefined)?.value?.toLowerCase() === "multipart/report";
}

function addresses(value: unknown): MailAddress[] {
  const objects = (Array.isArray(value) ? value : [value]) as (Partial<AddressObject> | undefined)[];
  const flat = (entries: readonly EmailAddress[]): EmailAddress[] =>
    entries.flatMap((entry) => (entry.group ? flat(entry.group) : [entry]));
  return flat(objects.flatMap((object) => object?.value ?? [])).flatMap((entry) => {
    const found = entry.address ?? "";
    return address.test(found) && plainLine(found) === found
      ? [{ address: found, name: plainLine(entry.name, 200) }]
      : [];
  });
}
