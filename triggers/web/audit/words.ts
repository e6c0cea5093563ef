// The audit's actions as people say them.
import { type AuditAction, type AuditRow, auditActions } from "../../../worker/jobs/files/rows/audit-row.ts";

import { countText, sizeText, timeText } from "../store/words.ts";

type Tone = "good" | "warn" | "bad" | "accent" | "";

const words = {
  upload: ["Uploaded", "good"],
  "refused-upload": ["Upload refused", "bad"],
  download: ["Downloaded", "accent"],
  "refused-access": ["Access refused", "bad"],
  rename: ["Renamed", ""],
  delete: ["Deleted", "warn"],
  expiry: ["Expired", ""],
  "change-expiry": ["Expiry changed", ""],
  share: ["Shared", "accent"],
  "refused-share": ["Sharing refused", "bad"],
  unshare: ["Sharing ended", ""],
  "make-link": ["Link made", "accent"],
  "revoke-link": ["Link revoked", ""],
  "refused-link": ["Link refused", "bad"],
  "make-request": ["Request made", "accent"],
  "revoke-request": ["Request revoked", ""],
  pack: ["Packed as zip", ""],
  "sign-in": ["Signed in", ""],
  "refused-sign-in": ["Sign-in refused", "bad"],
  "sign-out": ["Signed out", ""],
  "end-sessions": ["Sessions ended", "warn"],
  "block-person": ["Person blocked", "warn"],
  "unblock-person": ["Person let in again", ""],
  "pause-jobs": ["Jobs paused", "warn"],
  "resume-jobs": ["Jobs resumed", "good"],
  "redrive-jobs": ["Dead letters sent back", "accent"],
  "discard-jobs": ["Dead letters discarded", "bad"],
  "purge-jobs": ["Waiting jobs deleted", "bad"],
  "interrupt-worker": ["Worker interrupted", "warn"],
  "scale-fleet": ["Fleet's size asked for", "accent"],
  "resend-mail": ["Mail sent once more", "accent"],
  "settle-mail": ["Mail settled", ""],
  "decline-submission": ["Submission declined", "warn"],
  "suppress-address": ["Mail to an address stopped or allowed", "warn"],
  "replay-events": ["Failed events replayed", "accent"],
  "clear-events": ["Failed events deleted", "bad"],
  "sweep-objects": ["Lost uploads, mails and files enqueued", "accent"],
} as const satisfies Record<AuditAction, readonly [string, Tone]>;

/** An action in words. */
export const actionWords = (action: AuditAction): string => words[action][0];

/** The tone of its badge. */
export const actionTone = (action: AuditAction): Tone => words[action][1];

/** Who acted, in words: a person's name, or how someone came who has none. */
export function actorText({ actor, actorName }: Pick<AuditRow, "actor" | "actorName">): string {
  if (actorName !== "") return actorName;
  const [, kind, id = ""] = /^(link|request):([0-9a-f]{12})/.exec(actor) ?? [];
  return kind === undefined ? actor : `${kind} ${id}`;
}

/** All actions with their words, for a choice. */
export const actionOptions = auditActions.map((action) => ({ value: action, label: words[action][0] }));

type Details = AuditRow["details"];
type Fact = Details[string];

/** The details that are told in words, in this order. A word is empty for what need not be told. */
const factWords: Readonly<Record<string, (fact: Fact, details: Details) => string>> = {
  personName: (name) => `${name}`,
  person: (id, { personName = "" }) => (personName === "" ? `person ${id}` : ""),
  from: (from) => `from ${timeOrText(from)}`,
  to: (to) => `to ${timeOrText(to)}`,
  bytes: (bytes) => sizeText(Number(bytes)),
  contentType: (type) => `${type}`,
  files: (count) => countText(Number(count), "file"),
  missing: (count) => (count === 0 ? "" : `${count} missing`),
  maxDownloads: (most) => `at most ${countText(Number(most), "download")}`,
  password: (has) => (has === true ? "with a password" : ""),
  until: (until) => `until ${timeOrText(until)}`,
  expiresAt: (at) => `its time was over at ${timeOrText(at)}`,
  why: (why) => `reason: ${why}`,
  code: (code) => `reason: ${code}`,
  link: (id) => `link ${id}`,
  pack: (id) => `archive ${id}`,
};

const timeOrText = (fact: Fact): string =>
  typeof fact === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(fact) ? timeText(fact) : `${fact}`;

/** The details of a row in one line, for people. */
export function detailsText({ details }: Pick<AuditRow, "details">): string {
  const told = Object.entries(factWords).flatMap(([name, words]) => {
    const fact = details[name];
    return fact === undefined ? [] : [words(fact, details)];
  });
  const others = Object.keys(details).filter((name) => factWords[name] === undefined);
  return [...told, ...others.sort().map((name) => `${name}: ${details[name]}`)].filter(Boolean).join(", ");
}

/** The same with every name and value as it is stored, for a file that other programs read. */
export const rawDetailsText = ({ details }: Pick<AuditRow, "details">): string =>
  Object.keys(details)
    .sort()
    .map((name) => `${name}: ${details[name]}`)
    .join(", ");
