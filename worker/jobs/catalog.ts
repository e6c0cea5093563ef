// Every job kind, definitions only: triggers, infra, scripts and local mode loop over this list.
import { answerSlack } from "./answer-slack/job.ts";
import { contactSheet } from "./contact-sheet/job.ts";
import { countWords } from "./count-words/job.ts";
import { logWords } from "./log-words/job.ts";
import { multiplyWords } from "./multiply-words/job.ts";
import { parseMail } from "./parse-mail/job.ts";
import { removePicture } from "./remove-picture/job.ts";
import { resizeImage } from "./resize-image/job.ts";
import { sendMail } from "./send-mail/job.ts";

export const catalog = {
  "resize-image": resizeImage,
  "remove-picture": removePicture,
  "contact-sheet": contactSheet,
  "parse-mail": parseMail,
  "count-words": countWords,
  "multiply-words": multiplyWords,
  "log-words": logWords,
  "answer-slack": answerSlack,
  "send-mail": sendMail,
} as const;

/** The name of a job kind that exists. */
export type JobKind = keyof typeof catalog;

/** All kinds, in catalog order. */
export const jobKinds = Object.keys(catalog) as JobKind[];
