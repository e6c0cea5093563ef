// Why there is no archive, in words for the person who asked for it. The codes are stable.
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { readableSize } from "../shared/readable-size.ts";

export const refusals = {
  notAsked: (): Refusal => ({ code: "not-asked", reason: "Nobody asked for this archive." }),
  nothingLeft: (): Refusal => ({
    code: "nothing-left",
    reason: "None of the files can be read any more: they have expired or were deleted.",
  }),
  tooManyBytes: (limit: number): Refusal => ({
    code: "too-many-bytes",
    reason: `The files together have more than ${readableSize(limit)}. Choose fewer.`,
  }),
  overQuota: (quota: number): Refusal => ({
    code: "over-quota",
    reason: `The archive does not fit: one person may keep ${readableSize(quota)} in all. Delete files to make room.`,
  }),
};
