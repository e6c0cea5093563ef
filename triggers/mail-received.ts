// Trigger: a mail was received and stored. Validates the event and enqueues parse-mail. Accepts the notifications of SES,
// which carry its verdicts, and the plain events of the bucket. Never reads the mail itself.
import * as z from "zod";
import type { Enqueue } from "../worker/engine/enqueue/enqueue.ts";
import { type MailReceipt, parseMail } from "../worker/jobs/mail/parse-mail/job.ts";
import { readSesMessage } from "./mail-received/ses-notification.ts";
import { readConfig } from "./shared/config.ts";
import { type KeepDropped, keepDroppedFrom } from "./shared/dropped-records.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { type Log, log as stdout } from "./shared/log.ts";
import { enqueueAll, type TriggerReport } from "./shared/object-events.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { readS3Event } from "./shared/s3-events.ts";

export type MailReceivedOptions = {
  mailsBucket: string;
  enqueue: Enqueue;
  keepDropped: KeepDropped;
  log: Log;
};

type Found = {
  mails: {
    bucket: string;
    key: string;
    versionId?: string;
    sequencer?: string;
    receipt?: MailReceipt;
  }[];
  ignored: string[];
  malformed: string[];
};

const records = z.object({ Records: z.array(z.unknown()) });
const snsRecord = z.object({ EventSource: z.literal("aws:sns"), Sns: z.object({ Message: z.string() }) });

/** The object that SES writes when a rule is created. It is not a mail. */
const setupNotification = "AMAZON_SES_SETUP_NOTIFICATION";

/** Makes the trigger's function. It drops records and throws under the same conditions as `objectTrigger`. */
export function mailReceived({ mailsBucket, enqueue, keepDropped, log }: MailReceivedOptions) {
  return async (event: unknown): Promise<TriggerReport> => {
    const { mails, ignored, malformed } = readEvent(event);
    for (const reason of malformed) log("error", "record dropped: malformed", { reason });
    for (const reason of ignored) log("info", "record ignored", { reason });
    const inOurs = mails.filter(({ bucket }) => bucket === mailsBucket);
    if (inOurs.length < mails.length)
      log("warn", "records ignored: foreign bucket", { records: mails.length - inOurs.length });
    const ours = inOurs.filter(({ key }) => key.split("/").at(-1) !== setupNotification);
    if (ours.length < inOurs.length) log("info", "record ignored", { reason: setupNotification });
    const refused = await enqueueAll(ours, (mail) => enqueue(parseMail, mail), log);
    await keepDropped(event, [...malformed, ...refused]);
    return {
      enqueued: ours.length - refused.length,
      ignored: ignored.length + mails.length - ours.length,
      malformed: malformed.length + refused.length,
    };
  };
}

function readEvent(event: unknown): Found {
  const found: Found = { mails: [], ignored: [], malformed: [] };
  const list = records.safeParse(event);
  if (!list.success) return addObjects(found, event);
  for (const record of list.data.Records) {
    const wrapped = snsRecord.safeParse(record);
    const message = wrapped.success ? readSesMessage(wrapped.data.Sns.Message) : { is: "foreign" as const };
    if (message.is === "mail") found.mails.push(message.mail);
    else if (message.is === "foreign") addObjects(found, { Records: [record] });
    else found[message.is].push(message.reason);
  }
  return found;
}

function addObjects(found: Found, event: unknown): Found {
  const { objects, ignored, malformed } = readS3Event(event);
  const mails = objects.map(({ bucket, key, versionId, sequencer }) => ({
    bucket,
    key,
    versionId,
    sequencer,
  }));
  found.mails.push(...mails);
  found.ignored.push(...ignored);
  found.malformed.push(...malformed);
  return found;
}

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  return mailReceived({
    mailsBucket: config.names.buckets.mails,
    enqueue: enqueueFrom(config),
    keepDropped: keepDroppedFrom(config, "mail-received"),
    log: stdout,
  });
});
