// Every job kind, definitions only: triggers, infra, scripts and local mode loop over this list.
import { contactSheet } from "./contact-sheet/job.ts";
import { parseMail } from "./parse-mail/job.ts";
import { removePicture } from "./remove-picture/job.ts";
import { resizeImage } from "./resize-image/job.ts";

export const catalog = {
  "resize-image": resizeImage,
  "remove-picture": removePicture,
  "contact-sheet": contactSheet,
  "parse-mail": parseMail,
} as const;

/** The name of a job kind that exists. */
export type JobKind = keyof typeof catalog;

/** All kinds, in catalog order. */
export const jobKinds = Object.keys(catalog) as JobKind[];
