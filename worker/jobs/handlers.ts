// The code of every job kind. The only importer of handlers, so that no Lambda contains sharp or a parser. A missing or
// swapped handler is a type error.
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import type { JobDefinition, PayloadOf } from "../engine/job/define-job.ts";
import type { Handler } from "../engine/job/handler.ts";
import { type RunnableJob, runnableJob } from "../engine/job/runnable-job.ts";
import { catalog, type JobKind } from "./catalog.ts";
import { expireFilesHandler } from "./files/expire-files/handler.ts";
import { packFilesHandler } from "./files/pack-files/handler.ts";
import { defaultFileSettings, type FileSettings } from "./files/settings.ts";
import { storeFileHandler } from "./files/store-file/handler.ts";
import type { MailSettings } from "./mail/answers/settings.ts";
import { parseMailHandler } from "./mail/parse-mail/handler.ts";
import { sendMailHandler } from "./mail/send-mail/handler.ts";
import { contactSheetHandler } from "./pictures/contact-sheet/handler.ts";
import { removePictureHandler } from "./pictures/remove-picture/handler.ts";
import { resizeImageHandler } from "./pictures/resize-image/handler.ts";
import { answerSlackHandler } from "./words/answer-slack/handler.ts";
import { countWordsHandler } from "./words/count-words/handler.ts";
import { logWordsHandler } from "./words/log-words/handler.ts";
import { multiplyWordsHandler } from "./words/multiply-words/handler.ts";

type Payloads = { [Kind in JobKind]: PayloadOf<(typeof catalog)[Kind]> };

/** The handler of every kind. */
export type Handlers = { [Kind in JobKind]: Handler<Payloads[Kind]> };

/** Dependencies of single handlers, in addition to the context that all handlers get. */
export type HandlerDependencies = {
  /** Sends mails. It must not retry calls by itself. */
  ses: SESv2Client;
  /** Undefined when the fleet sends no mails. */
  mail: MailSettings | undefined;
  /** Limits of file sharing; the defaults when absent. */
  files?: FileSettings;
};

/** Makes every handler. */
export function createHandlers({ ses, mail, files = defaultFileSettings }: HandlerDependencies): Handlers {
  return {
    "resize-image": resizeImageHandler(),
    "remove-picture": removePictureHandler(),
    "contact-sheet": contactSheetHandler(),
    "parse-mail": parseMailHandler({ settings: mail }),
    "count-words": countWordsHandler(),
    "multiply-words": multiplyWordsHandler(),
    "log-words": logWordsHandler(),
    "answer-slack": answerSlackHandler(),
    "send-mail": sendMailHandler({ ses, settings: mail }),
    "store-file": storeFileHandler(files),
    "pack-files": packFilesHandler(files),
    "expire-files": expireFilesHandler(),
  };
}

/** The kinds with their handlers, as a worker runs them. */
export function runnableJobs(
  kinds: readonly JobKind[],
  handlers: Handlers,
): ReadonlyMap<string, RunnableJob> {
  const definitions: { [Kind in JobKind]: JobDefinition<Kind, Payloads[Kind]> } = catalog;
  const runnable = <Kind extends JobKind>(kind: Kind) =>
    runnableJob<Payloads[Kind]>(definitions[kind], handlers[kind]);
  return new Map(kinds.map((kind) => [kind, runnable(kind)]));
}
