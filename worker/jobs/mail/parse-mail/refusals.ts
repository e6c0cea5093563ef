// Why a mail can be refused, in words for people. The codes are stable.
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { type Limit, mailLimits } from "./child/contract.ts";

const kilobytes = (bytes: number) => `${bytes / 1024} KB`;

/** Each limit has a refusal of its own. */
const limits: Readonly<Record<Limit, Refusal>> = {
  parts: { code: "too-many-parts", reason: `The mail has more than ${mailLimits.nodes} parts.` },
  depth: {
    code: "too-deep",
    reason: `The parts of the mail are nested more than ${mailLimits.depth} levels deep.`,
  },
  header: {
    code: "header-too-large",
    reason: `The header of the mail has more than ${kilobytes(mailLimits.headerBytes)}; an empty line should end it.`,
  },
  "part-header": {
    code: "part-header-too-large",
    reason: `The header of a part has more than ${kilobytes(mailLimits.partHeaderBytes)}; an empty line should end it.`,
  },
};

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MB`;

export const refusals = {
  emptyMail: (): Refusal => ({ code: "empty-mail", reason: "The mail is empty." }),
  tooManyBytes: (bytes: number): Refusal => ({
    code: "too-many-bytes",
    reason: `The mail has ${megabytes(bytes)}; a mail may have at most ${megabytes(mailLimits.bytes)}.`,
  }),
  limitMet: (limit: Limit): Refusal => limits[limit],
  unreadable: (): Refusal => ({ code: "unreadable", reason: "The mail is damaged and cannot be read." }),
  tooSlow: (): Refusal => ({ code: "too-slow", reason: "The mail takes too long to read." }),
  tooMuchMemory: (): Refusal => ({
    code: "too-much-memory",
    reason: "The mail takes too much memory to read.",
  }),
  partsTooLarge: (): Refusal => ({
    code: "parts-too-large",
    reason: "The parts of the mail become too large when they are decoded.",
  }),
  sourceGone: (): Refusal => ({
    code: "source-gone",
    reason: "The mail was deleted before it could be read.",
  }),
};
