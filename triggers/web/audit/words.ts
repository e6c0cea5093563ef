// The audit's actions as people say them.
import { type AuditAction, type AuditRow, auditActions } from "../../../worker/jobs/files/rows/audit-row.ts";

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
} as const satisfies Record<AuditAction, readonly [string, Tone]>;

/** An action in words. */
export const actionWords = (action: AuditAction): string => words[action][0];

/** The tone of its badge. */
export const actionTone = (action: AuditAction): Tone => words[action][1];

/** All actions with their words, for a choice. */
export const actionOptions = auditActions.map((action) => ({ value: action, label: words[action][0] }));

/** The details of a row in one line. */
export function detailsText({ details }: Pick<AuditRow, "details">): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
}
