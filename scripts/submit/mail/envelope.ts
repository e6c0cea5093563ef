// The envelope a mail is handed in with, read off its own header as a mail server would have had it.
import addressparser from "nodemailer/lib/addressparser";

/** Who a mail is from and to on its way; an empty sender is a bounce's. */
export type Envelope = { from: string; to: string[] };

/** As many as a server must take (RFC 5321, 4.5.3.1.8). */
const mostRecipients = 100;

/** An address any server takes: ASCII only, within the lengths of RFC 5321, 4.5.3.1. */
const plainAddress = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}$/;

/**
 * The envelope of a mail.
 * @param head the first bytes of the mail, its header among them
 * @param recipient who it goes to where the header names nobody
 * @param separator the sender a mailbox's separator line names
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

/** The fields of a header by their lower-case names, folded lines joined. */
function fieldsOf(head: Buffer): Map<string, string[]> {
  const text = head.toString("latin1").replace(/\r\n?/g, "\n");
  const header = text.slice(0, text.startsWith("\n") ? 0 : (/\n\n/.exec(text)?.index ?? text.length));
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
