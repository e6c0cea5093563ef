// Why an upload can be refused, in words for the person who sent it. The codes are stable.
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { readableSize } from "../shared/readable-size.ts";

export const refusals = {
  notIssued: (): Refusal => ({ code: "not-issued", reason: "Nobody was given leave to upload this file." }),
  alreadyStored: (): Refusal => ({
    code: "already-stored",
    reason: "This upload has already been stored; it was sent a second time.",
  }),
  cancelled: (): Refusal => ({ code: "cancelled", reason: "The upload was cancelled." }),
  sourceGone: (): Refusal => ({
    code: "source-gone",
    reason: "The upload was deleted before it could be stored.",
  }),
  tooManyBytes: (bytes: number, limit: number): Refusal => ({
    code: "too-many-bytes",
    reason: `The file has ${readableSize(bytes)}; a file may have at most ${readableSize(limit)}.`,
  }),
  moreThanAnnounced: (bytes: number, announced: number): Refusal => ({
    code: "more-than-announced",
    reason: `The file has ${readableSize(bytes)}, but its upload was announced with ${readableSize(announced)}.`,
  }),
  overQuota: (quota: number): Refusal => ({
    code: "over-quota",
    reason: `The file does not fit: one person may keep ${readableSize(quota)} in all. Delete files to make room.`,
  }),
  requestClosed: (): Refusal => ({
    code: "request-closed",
    reason: "The request takes no more files: it is full or was withdrawn.",
  }),
};
