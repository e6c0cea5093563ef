// Every job kind, definitions only. Triggers, infra, scripts and local mode loop over this list.
import { expireFiles } from "./files/expire-files/job.ts";
import { packFiles } from "./files/pack-files/job.ts";
import { storeFile } from "./files/store-file/job.ts";
import { parseMail } from "./mail/parse-mail/job.ts";
import { sendMail } from "./mail/send-mail/job.ts";
import { contactSheet } from "./pictures/contact-sheet/job.ts";
import { removePicture } from "./pictures/remove-picture/job.ts";
import { resizeImage } from "./pictures/resize-image/job.ts";
import { answerSlack } from "./words/answer-slack/job.ts";
import { countWords } from "./words/count-words/job.ts";
import { logWords } from "./words/log-words/job.ts";
import { multiplyWords } from "./words/multiply-words/job.ts";

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
  "store-file": storeFile,
  "pack-files": packFiles,
  "expire-files": expireFiles,
} as const;

/** The name of an existing job kind. */
export type JobKind = keyof typeof catalog;

/** All kinds, in catalog order. */
export const jobKinds = Object.keys(catalog) as JobKind[];
