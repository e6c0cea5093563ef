// Job kind -> code. The only importer of handlers, so that Lambdas never carry sharp or a parser; a missing or swapped
// handler is a type error.

import { answerSlackHandler } from "./answer-slack/handler.ts";
import type { catalog, JobKind } from "./catalog.ts";
import { contactSheetHandler } from "./contact-sheet/handler.ts";
import { countWordsHandler } from "./count-words/handler.ts";
import type { PayloadOf } from "./define-job.ts";
import type { Handler } from "./handler.ts";
import { logWordsHandler } from "./log-words/handler.ts";
import { multiplyWordsHandler } from "./multiply-words/handler.ts";
import { parseMailHandler } from "./parse-mail/handler.ts";
import { removePictureHandler } from "./remove-picture/handler.ts";
import { resizeImageHandler } from "./resize-image/handler.ts";
import { sendMailHandler } from "./send-mail/handler.ts";

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
