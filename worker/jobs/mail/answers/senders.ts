// What the addresses of senders say: mail systems, addresses that nobody reads, ourselves.
import type { MailFacts } from "../parse-mail/child/contract.ts";
import type { MailReceipt } from "../parse-mail/job.ts";
import { domainOf, foldedAddress, isWithin } from "./address.ts";
import type { MailSettings } from "./settings.ts";

/** Local parts that only mail systems have. */
const daemon = /^(mailer[-_]?daemon|mail[-_]?daemon|mail-?delivery-?(sub)?system|daemon|mmdf|uucp)$/;

/** The local part of those who look after a mail system. Bounces come from it, too. */
const postmaster = /^post[-_]?master$/;

/** Names under which mail systems write. */
const systemName =
  /^"?(mail(er)?[- ]?(delivery )?([- ]?daemon|(sub)?system|administrator)|post ?master\b|.*\bpostmaster [0-9a-f]{6,}|interscan|internet mail delivery|system (administrator|attendant)|mail administrator)/i;

/** Local parts that nobody reads (RFC 5230, 4.6, and common practice). */
const noReply = new RegExp(
  `^(${[
    "(do-?)?not?[-_.]?reply.*|.*[-_.+]no[-_.]?reply|dont[-_.]?reply.*|do[-_.]not[-_.]reply.*",
    "bounces?([-_.+=].*)?|.*-bounces?|owner-.*|.*-owner|.*-admin|.*-request|.*-confirm",
    "majordomo|listserv|listproc|mailman|sympa|ezmlm",
    "auto-?(reply|responder|response|answer|mailer)([-_.+].*)?|vacation",
    "(mail|system|e?mail)?-?(notifications?|notify|alerts?)",
    "root|nobody|www(-data)?|apache|nagios|cron|system|newsletters?|news",
  ].join("|")})$`,
);

/** Domains that bulk senders use for bounces. */
const bounceDomain = /^(e?bounces?|returns?)[-.]/;

/** The claimed senders: From and the envelope's sender. */
export function sendersOf({ from, returnPath }: MailFacts, receipt: MailReceipt | undefined): string[] {
  const path = returnPath?.replace(/^<|>$/g, "");
  return [from?.address, receipt?.source, path].filter((each) => each?.includes("@") === true) as string[];
}

/** Whether a mail system is the sender. It may name itself in the return path without a domain. */
export function isDaemon(facts: MailFacts, receipt: MailReceipt | undefined): boolean {
  const bare = [facts.returnPath, receipt?.source].map(
    (path) => path?.replace(/^<|>$/g, "").toLowerCase() ?? "",
  );
  return [...sendersOf(facts, receipt).map(localPartOf), ...bare].some((local) => daemon.test(local));
}

/** Whether a sender is the postmaster. */
export const isPostmaster = (facts: MailFacts, receipt: MailReceipt | undefined): boolean =>
  sendersOf(facts, receipt).some((sender) => postmaster.test(localPartOf(sender)));

/** Whether the sender writes under a mail system's name, which anybody may choose. */
export const hasSystemName = ({ from }: MailFacts): boolean => systemName.test(from?.name ?? "");

/** Whether a sender's address is one that nobody reads. */
export const isUnread = (facts: MailFacts, receipt: MailReceipt | undefined): boolean =>
  sendersOf(facts, receipt).some(
    (sender) => noReply.test(localPartOf(sender)) || bounceDomain.test(domainOf(sender)),
  );

/** Whether a sender is one of our addresses, or the editor, to whom we send mail. */
export function isOurs(
  facts: MailFacts,
  receipt: MailReceipt | undefined,
  { address, aliases, editor }: MailSettings,
): boolean {
  const own = [address, ...aliases, ...(editor === undefined ? [] : [editor])].map(foldedAddress);
  return sendersOf(facts, receipt).some((sender) => own.includes(foldedAddress(sender)));
}

/** Whether a sender is in the domain of our address. */
export const isOurDomain = (
  facts: MailFacts,
  receipt: MailReceipt | undefined,
  { address }: MailSettings,
): boolean => sendersOf(facts, receipt).some((sender) => isWithin(domainOf(sender), domainOf(address)));

const localPartOf = (address: string) => foldedAddress(address).split("@")[0] ?? "";
