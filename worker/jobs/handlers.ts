// Job kind -> code. The only importer of handlers, so that Lambdas never carry sharp or a parser; a missing or swapped
// handler is a type error.

import type { PayloadOf } from "../engine/job/define-job.ts";
import type { Handler } from "../engine/job/handler.ts";
import type { catalog, JobKind } from "./catalog.ts";
import { parseMailHandler } from "./mail/parse-mail/handler.ts";
import { sendMailHandler } from "./mail/send-mail/handler.ts";
import { contactSheetHandler } from "./pictures/contact-sheet/handler.ts";
import { removePictureHandler } from "./pictures/remove-picture/handler.ts";
import { resizeImageHandler } from "./pictures/resize-image/handler.ts";
import { answerSlackHandler } from "./words/answer-slack/handler.ts";
import { countWordsHandler } from "./words/count-words/handler.ts";
import { logWordsHandler } from "./words/log-words/handler.ts";
import { multiplyWordsHandler } from "./words/multiply-words/handler.ts";

/** The handler of every kind. */
export const handlers: { [Kind in JobKind]: Handler<PayloadOf<(typeof catalog)[Kind]>> } = {
  "resize-image": resizeImageHandler,
  "remove-picture": removePictureHandler,
  "contact-sheet": contactSheetHandler,
  "parse-mail": parseMailHandler,
  "count-words": countWordsHandler,
  "multiply-words": multiplyWordsHandler,
  "log-words": logWordsHandler,
  "answer-slack": answerSlackHandler(),
  "send-mail": sendMailHandler,
};
