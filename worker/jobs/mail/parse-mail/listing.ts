// What a submission's row says about its mail, within a budget of bytes: a sender may name 500 parts at length, and
// DynamoDB refuses a row above 400 KB. What does not fit into the row is in an object beside the parts.
import type { DecodedPart, MailFacts } from "./child/contract.ts";
import type { ProducedPart } from "./decode-mail.ts";
import { truncateUtf8 } from "./plain-line.ts";

/** A part in the row. */
export type ListedPart = Omit<DecodedPart, "file"> & { n: number; key: string; sha256: string };

/** The mail's facts and parts. `whole` is set when the row leaves something out, and says everything as JSON. */
export type Listing = { facts: MailFacts; parts: ListedPart[]; whole?: Buffer };

/**
 * Bytes of facts and parts in a row, measured as JSON, which is never shorter than DynamoDB's own count. The rest of the row
 * has at most 110 KB: the receipt's recipients and the object's place.
 */
const listingBytes = 280 * 1024;

/** Bytes for all part names of a row together, as long as everything else fits. */
const namesBytes = 60 * 1024;

/** Recipients that a row keeps when it does not hold everything. */
const fewRecipients = 20;

/** The object key of a part. The sender has no influence on it. `n` counts from 1. */
export const partKey = (submissionId: string, n: number): string => `submissions/${submissionId}/${n}`;

/** The object key of what did not fit into the row. */
export const listingKey = (submissionId: string): string => `submissions/${submissionId}/listing.json`;

/** Lists a mail. */
export function listingOf(submissionId: string, facts: MailFacts, parts: readonly ProducedPart[]): Listing {
  const listed = parts.map(({ file: _, content: _content, ...part }, index): ListedPart => {
    const n = index + 1;
    return { n, key: partKey(submissionId, n), ...part };
  });
  const fitting = { facts, parts: named(listed, namesBytes) };
  if (bytesOf(fitting) <= listingBytes) return fitting;
  const bare = {
    facts: { ...facts, recipients: facts.recipients.slice(0, fewRecipients) },
    parts: listed.map(({ name: _, contentId: __, problem: ___, ...part }) => part),
  };
  // A quote or a backslash in a name has two bytes in JSON.
  const room = (listingBytes - bytesOf(bare) - listed.length * nameOverhead) / 2;
  const left = Math.max(0, Math.min(namesBytes, room));
  const names = named(listed, left).map(({ name }) => name);
  return {
    facts: bare.facts,
    parts: bare.parts.map((part, index) => ({ ...part, ...(names[index] && { name: names[index] }) })),
    whole: Buffer.from(JSON.stringify({ facts, parts: listed })),
  };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** `,"name":""` around a name. */
const nameOverhead = 10;

/** Shortens the names so that all of them together have at most these bytes. */
function named(parts: readonly ListedPart[], bytes: number): ListedPart[] {
  const each = Math.floor(bytes / Math.max(1, parts.length));
  return parts.map((part) =>
    part.name === undefined ? part : { ...part, name: truncateUtf8(part.name, each) },
  );
}
