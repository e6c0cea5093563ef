// What a mail's text and parts look like. One such look says little; together with other signs it tells automatic mail.
import type { MailLook } from "./contract.ts";
import type { OpenedPart } from "./open-part.ts";

/** Characters of the text that are read: an automatic mail says what it is at once. */
const readLength = 2500;

/** How the texts of bounces begin, in the words of the programs that write them. */
const bounceText = new RegExp(
  [
    "could ?n(o|')t be delivered|not be delivered to|not delivered to|unable to deliver|delivery (has )?failed|delivery to the following|undeliverable",
    "error delivering your mail|had (delivery problems|permanent fatal errors)|recipients? (was|were) (rejected|affected)|failed recipient",
    "returned (mail|to sender)|original message follows|message headers follow|transcript of session|this is the mail system|mail delivery (software|system|subsystem)",
    "(unknown|no such|unrouteable|invalid) (user|address|recipient|mailbox)|user (is )?unknown|address not found|mailbox (is )?(full|unavailable|exceeded)|over quota",
    "no longer (valid|in use|active)|does not exist|permanent (error|failure)|diagnostic[- ]code|final-recipient|reporting-mta|\\b5\\d\\d[ -]#?5\\.\\d\\.\\d",
    '"notificationtype" ?: ?"(bounce|complaint|delivery)"|duplicated message-id|not a member of this (mailing )?list|<<< rcpt to|>>> 5\\d\\d',
    "送信できませんでした|配信できません|配送できません|宛先不明|unzustellbar|nicht zugestellt|n'a pas pu être|non (è|e) stato possibile recapitare|no se pudo entregar|не удалось доставить|无法投递|退信",
  ].join("|"),
  "iu",
);

/** How the texts of absent people's programs begin. */
const absenceText = new RegExp(
  [
    "(i am|i'm|i will be|we are|he is|she is|currently) ?(currently |now )?(away|out of (the )?office|on (annual |parental |maternity |sick )?leave|on (vacation|holidays?)|absent|unavailable|travell?ing)",
    "out of (the )?office|^\\s*away\\b|limited access to (my )?e?-?mail|this is an auto(mated|matic) (reply|response|answer|message|e-?mail)",
    "auto-?(reply|response|responder)|do not reply to this",
    "nicht im (büro|haus)|bin (ich )?(bis|ab|vom|derzeit|zur ?zeit)|im urlaub|abwesend|je suis (absente?|en (congé|vacances|déplacement))|estoy (de vacaciones|fuera)|sono (fuori|in ferie|assente)|estou (de férias|ausente|fora)|ik ben (afwezig|met vakantie|niet op kantoor)",
    "jag är (inte på|borta|på semester)|jeg er (på ferie|ikke på)|olen (lomalla|poissa)|jestem (na urlopie|nieobecn)|в отпуске|отсутств|不在|休暇|休假|외근|부재",
  ].join("|"),
  "iu",
);

/** Looks at the text and at the parts as they were attached, not at what is in messages that a person forwards. */
export function looksOf(text: string, parts: readonly OpenedPart[]): MailLook[] {
  const start = text.slice(0, readLength).replace(/\s+/g, " ");
  const types = parts.map(({ part }) => part.contentType);
  const status = types.some((type) =>
    /^message\/(delivery-status|disposition-notification|feedback-report)$/.test(type),
  );
  const message = types.some((type) => /^(message\/(rfc822|global)|text\/rfc822-headers)$/.test(type));
  return [
    ...(status ? (["delivery-status"] as const) : []),
    ...(message && text.trim() === "" ? (["returned-message"] as const) : []),
    ...(bounceText.test(start) ? (["bounce-text"] as const) : []),
    ...(absenceText.test(start) ? (["absence-text"] as const) : []),
  ];
}
