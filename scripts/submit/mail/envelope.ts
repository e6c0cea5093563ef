// The SMTP envelope of a mail, derived from its own header.
import addressparser from "nodemailer/lib/addressparser";

/** Sender and recipients of a mail in SMTP; a bounce has an empty sender. */
export type Envelope = { from: string; to: string[] };

/** The number of recipients every server must accept (RFC 5321, 4.5.3.1.8). */
const mostRecipients = 100;

/** An address every server accepts: ASCII only, within the lengths of RFC 5321, 4.5.3.1. */
const plainAddress = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}$/;

/**
 * The envelope of a mail.
 * @param head the first bytes of the mail, with its header
 * @param recipients used instead of those in the header
 * @param fallback the recipient where the header names none
 * @param separator the sender in the mailbox's separator line
 */
export function envelopeOf(
  head: Buffer,
  {
    recipients,
    fallback,
    separator,
  }: { recipients?: readonly string[]; fallback: string; separator?: string },
): Envelope {
  const fields = fieldsOf(head);
  const all = (...names: string[]) => names.flatMap((name) => fields.get(name) ?? []).flatMap(addressesIn);
  const to = recipients ?? [...new Set(all("to", "cc"))].slice(0, mostRecipients);
  return { from: senderOf(fields, separator, all), to: to.length > 0 ? [...to] : [fallback] };
}

function senderOf(
  fields: ReadonlyMap<string, string[]>,
  separator: string | undefined,
  all: (...names: string[]) => string[],
): string {
  const returnPath = fields.get("return-path")?.[0]?.trim();
  if (returnPath === "<>") return "";
  const [first] = all("return-path");
  if (first !== undefined) return first;
  if (separator !== undefined && plainAddress.test(separator)) return separator;
  return all("sender", "from")[0] ?? "";
}

/** What may stand before a header without being part of it: a byte-order mark, empty lines, a mailbox's separator. */
const beforeHeader = /^(?:\u00ef\u00bb\u00bf|[ \t]*\n|>?From [^\n]*\n)+/;

/** The fields of a header by their lower-case names, folded lines joined. */
function fieldsOf(head: Buffer): Map<string, string[]> {
  const text = head.toString("latin1").replace(/\r\n?/g, "\n").replace(beforeHeader, "");
  const header = text.slice(0, /\n\n/.exec(text)?.index ?? text.length);
  const fields = new Map<string, string[]>();
  for (const line of header.replace(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1)]);
  }
  return fields;
}

function addressesIn(value: string): string[] {
  return addressparser(value, { flatten: true }).flatMap(({ address }) =>
    plainAddress.test(address ?? "") ? [address] : [],
  );
}
