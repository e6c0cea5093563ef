// Decides whether a mail's author gets an answer and at which address: a pure function of the mail's facts, the receiving
// side's verdicts and the stored correspondent. Follows RFC 3834 ("Recommendations for Automatic Responses to Electronic
// Mail") and the common practice of autoresponders.
import type { MailFacts } from "../parse-mail/child/contract.ts";
import type { MailReceipt } from "../parse-mail/job.ts";
import { domainOf, foldedAddress, isWithin, usableAddress } from "./address.ts";
import type { WithheldReason } from "./answers.ts";
import type { Correspondent } from "./correspondent.ts";
import { type Judgement, judge } from "./judge.ts";
import { isUnread } from "./senders.ts";
import type { MailSettings } from "./settings.ts";
import type { Sign } from "./signs.ts";

/** What a decision depends on. */
export type DecisionInput = {
  facts: MailFacts;
  receipt: MailReceipt | undefined;
  settings: MailSettings | undefined;
};

/** The address to send a mail to, or the reason for sending none. */
export type Decision = { send: true; to: string } | { send: false; why: WithheldReason };

const withheld = (why: WithheldReason): Decision => ({ send: false, why });

/**
 * Decides whether the author gets an answer. It goes to the envelope's sender (the Return-Path), never to From or Reply-To
 * alone (RFC 3834, 4). The receiving side must vouch for the envelope's sender too; otherwise a forger could direct our
 * answers to others.
 * @param known the stored correspondent at `answerAddress`
 * @param now epoch milliseconds
 */
export function decideConfirmation(input: DecisionInput, known: Correspondent, now: number): Decision {
  const { settings } = input;
  if (settings === undefined) return withheld("not-configured");
  const why = withheldBySigns(judge({ ...input, settings })) ?? unanswerable(input, settings);
  if (why !== undefined) return withheld(why);
  const to = answerAddress(input);
  if (to === undefined) return withheld("unusable-address");
  if (known.suppressed) return withheld("suppressed");
  if (known.answeredUntil !== undefined && Date.parse(known.answeredUntil) > now)
    return withheld("answered-lately");
  return { send: true, to };
}

/**
 * Decides whether the editor is notified at once: of every mail that a person has sent, with or without an answer. Mails in
 * doubt are in the editor's daily mail instead.
 */
export function decideNotification(input: DecisionInput): Decision {
  const { settings } = input;
  if (settings === undefined) return withheld("not-configured");
  if (settings.editor === undefined) return withheld("no-editor");
  const why = withheldBySigns(judge({ ...input, settings }));
  return why === undefined ? { send: true, to: settings.editor } : withheld(why);
}

/** The signs for which an answer is withheld on doubt; undefined when there is no doubt. */
export function doubtsOf({ settings, ...input }: DecisionInput): Sign[] | undefined {
  const judgement = settings && judge({ ...input, settings });
  return judgement?.sender === "doubtful" ? judgement.signs : undefined;
}

function withheldBySigns(judgement: Judgement): WithheldReason | undefined {
  if (judgement.sender === "machine") return judgement.why;
  return judgement.sender === "doubtful" ? "doubtful" : undefined;
}

/** The address for an answer: the envelope's sender; without an envelope, the Return-Path, otherwise From. */
export function answerAddress({
  facts,
  receipt,
}: Pick<DecisionInput, "facts" | "receipt">): string | undefined {
  const returnPath = /^<?([^<>\s]+@[^<>\s]+?)>?$/.exec(facts.returnPath ?? "")?.[1];
  const address = receipt?.source ?? returnPath ?? facts.from?.address;
  return address === undefined ? undefined : usableAddress(address);
}

function unanswerable({ facts, receipt }: DecisionInput, settings: MailSettings): WithheldReason | undefined {
  const { from } = facts;
  const { answer } = settings;
  if (from === undefined) return "no-sender";
  if (isUnread(facts, receipt)) return "no-reply";
  const ours = [settings.address, ...settings.aliases].map(foldedAddress);
  if (!facts.recipients.some((recipient) => ours.includes(foldedAddress(recipient)))) return "not-addressed";
  if (answer === "any") return undefined;
  const { dmarc, spf } = receipt?.verdicts ?? {};
  if (dmarc !== "PASS" && (answer === "dmarc-pass" || dmarc !== "GRAY")) return "unauthenticated";
  // DMARC vouches for From only. The return path must be in the same domain, or pass SPF itself.
  const source = receipt?.source;
  if (source === undefined) return "return-path-unverified";
  const sameDomain = isWithin(domainOf(source), domainOf(from.address));
  return spf === "PASS" || (dmarc === "PASS" && sameDomain) ? undefined : "return-path-unverified";
}
