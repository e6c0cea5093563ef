// Decides whether a mail's author gets an answer and at which address: a pure function of the mail's facts, the receiving
// side's verdicts and the stored correspondent. Follows RFC 3834 ("Recommendations for Automatic Responses to Electronic
// Mail") and the common practice of autoresponders.
import type { MailFacts } from "../parse-mail/child/contract.ts";
import type { MailReceipt } from "../parse-mail/job.ts";
import { domainOf, foldedAddress, isWithin, usableAddress } from "./address.ts";
import { isSilent, type WithheldReason } from "./answers.ts";
import type { Correspondent } from "./correspondent.ts";
import type { MailSettings } from "./settings.ts";

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
  const why = machineMade(input, settings) ?? unanswerable(input, settings);
  if (why !== undefined) return withheld(why);
  const to = answerAddress(input);
  if (to === undefined) return withheld("unusable-address");
  if (known.suppressed) return withheld("suppressed");
  if (known.answeredUntil !== undefined && Date.parse(known.answeredUntil) > now)
    return withheld("answered-lately");
  return { send: true, to };
}

/** Decides whether the editor is notified: of every mail that a person may have sent, with or without an answer. */
export function decideNotification(input: DecisionInput): Decision {
  const { settings } = input;
  if (settings === undefined) return withheld("not-configured");
  if (settings.editor === undefined) return withheld("no-editor");
  const why = machineMade(input, settings);
  return why !== undefined && isSilent(why) ? withheld(why) : { send: true, to: settings.editor };
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

/** Local parts of mail systems. */
const mailSystem =
  /^(mailer[-_]?daemon|mail[-_]?daemon|post[-_]?master|mail-?delivery-?(sub)?system|daemon|mmdf|uucp)$/;

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

/** How the subjects of automatic answers and bounces begin. Checked last, when no header identifies them. */
const automaticSubject = new RegExp(
  `^((re|fwd?|aw|wg|tr): *)*(${[
    "auto(matic|mated)?[- ]?(repl(y|ies)|respon(se|der)|answer)\\b",
    "out of (the )?office( autoreply)?( *[:-]|$)|(i am |i'm )?(on vacation|out of (the )?office)( *[:-]|$)",
    "vacation (reply|response|notice)\\b|away from my mail",
    "automatische antwort|abwesenheits(notiz|benachrichtigung|nachricht)|abwesend *:",
    "r[ée]ponse automatique|absence du bureau|respuesta autom[áa]tica|fuera de (la )?oficina",
    "risposta automatica|fuori sede|resposta autom[áa]tica|automatisch antwoord|afwezigheidsbericht",
    "automatiskt svar|autosvar|automatisk svar|automaattinen vastaus|automatyczna odpowied[źz]",
    "автоматический ответ|自動応答|自動返信|自动回复|자동 회신",
    "undeliver(able|ed)\\b|undeliverable mail|delivery status notification|delivery (failure|has failed)",
    "mail delivery (failed|failure|subsystem)|returned mail\\b|failure notice|message delivery (failed|failure)",
    "mail system error|delivery notification|complaint about message|loop alert|unzustellbar|nicht zustellbar|non remis\\b|no se puede entregar",
    "mail could not be delivered|delayed mail|warning: could not send|message delayed|read: |not read: ",
  ].join("|")})`,
  "iu",
);

const words = (text: string | undefined): string[] =>
  (text ?? "")
    .toLowerCase()
    .replace(/\([^()]*\)/g, " ")
    .split(",")
    .map((each) => (each.split(";")[0] ?? "").trim())
    .filter((each) => each !== "");

function machineMade({ facts, receipt }: DecisionInput, settings: MailSettings): WithheldReason | undefined {
  const { verdicts } = receipt ?? {};
  if (verdicts?.virus === "FAIL") return "virus";
  if (verdicts?.spam === "FAIL") return "spam";
  if (receipt?.source === "" || receipt?.source === "<>" || isEmptyPath(facts.returnPath)) return "bounce";
  if (facts.report) return "report";
  if (words(facts.autoSubmitted).some((word) => word !== "no")) return "auto-submitted";
  if (facts.machineHeaders.length > 0) return "auto-response";
  if (words(facts.autoResponseSuppress).some((word) => word !== "none")) return "auto-response";
  const senders = sendersOf(facts, receipt);
  if (senders.some((sender) => mailSystem.test(localPartOf(sender)))) return "mail-system";
  if (senders.some((sender) => isOurs(sender, settings))) return "own-mail";
  if (facts.list) return "list";
  if (words(facts.precedence).some((word) => /^(bulk|junk|list|auto.?reply)$/.test(word))) return "bulk";
  if (automaticSubject.test(facts.subject ?? "")) return "automatic-subject";
  return undefined;
}

function unanswerable({ facts, receipt }: DecisionInput, settings: MailSettings): WithheldReason | undefined {
  const { from } = facts;
  const { answer } = settings;
  if (from === undefined) return "no-sender";
  const senders = sendersOf(facts, receipt);
  if (senders.some((sender) => noReply.test(localPartOf(sender)) || bounceDomain.test(domainOf(sender))))
    return "no-reply";
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

const isEmptyPath = (path: string | undefined) => path !== undefined && /^<\s*>$/.test(path.trim());

const localPartOf = (address: string) => foldedAddress(address).split("@")[0] ?? "";

/** The claimed senders: From and the envelope's sender. */
function sendersOf({ from, returnPath }: MailFacts, receipt: MailReceipt | undefined): string[] {
  const path = returnPath?.replace(/^<|>$/g, "");
  return [from?.address, receipt?.source, path].filter((each) => each?.includes("@") === true) as string[];
}

/** Whether a sender is one of our addresses, in our domain, or the editor, to whom we send mail. */
function isOurs(sender: string, { address, aliases, editor }: MailSettings): boolean {
  const own = [address, ...aliases, ...(editor === undefined ? [] : [editor])].map(foldedAddress);
  if (own.includes(foldedAddress(sender))) return true;
  return isWithin(domainOf(sender), domainOf(address));
}
