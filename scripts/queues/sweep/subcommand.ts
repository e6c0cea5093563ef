// `queues sweep`: enqueues uploads and raw mails that no job ever took, because their events were lost.
import { randomUUID } from "node:crypto";
import { ownerReader } from "../../../triggers/shared/issued-uploads.ts";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { findQueues } from "../../../worker/engine/receive/queue-urls.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { parseMail } from "../../../worker/jobs/mail/parse-mail/job.ts";
import { imageRowId } from "../../../worker/jobs/pictures/resize-image/image-row.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { visibleLine } from "../../cli/visible.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { sequencerAfter, type Untaken, untakenMails, untakenUploads } from "./untaken.ts";

type Options = CommonOptions & { olderThan: string; dryRun: boolean };

export const sweep: Subcommand<Options> = {
  name: "sweep",
  description: "enqueues uploads and mails that no job ever took",
  declare: (command) =>
    command
      .option("--older-than <minutes>", "leave younger objects alone: they may be on their way", "60")
      .option("--dry-run", "list them, enqueue nothing", false),
  run: async (running) => {
    const { target, now, options } = running;
    const swept = { ...target, now, olderThanSeconds: minutesIn(options.olderThan) * 60 };
    const take = options.dryRun ? undefined : await takers(running);
    let found = 0;
    for await (const upload of untakenUploads(swept)) {
      await take?.upload(upload);
      found += report(running, resizeImage.kind, upload);
    }
    for await (const mail of untakenMails(swept)) {
      await take?.mail(mail);
      found += report(running, parseMail.kind, mail);
    }
    if (found === 0 && !options.json) running.stdout.write("every upload and mail was taken\n");
    return 0;
  },
};

function minutesIn(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= 30 * 24 * 60) return minutes;
  throw new InvalidSettings(["--older-than takes whole minutes from 0 to 43,200"]);
}

async function takers({ sqs, target }: Running<Options>) {
  const { db, names } = target;
  const urls = await findQueues(sqs, names.fleet, [resizeImage.kind, parseMail.kind]);
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: Date.now, newTraceId: randomUUID });
  const ownerOf = ownerReader(db, names.tables.uploads);
  return {
    upload: async ({ at: _, ...object }: Untaken) => {
      const owner = await ownerOf({ ...object, byForm: true });
      const sequencer = await sequencerAfter({ db, names }, imageRowId(object));
      await enqueue(resizeImage, { ...object, sequencer, ...(owner && { owner }) });
    },
    mail: ({ bucket, key, versionId }: Untaken) => enqueue(parseMail, { bucket, key, versionId }),
  };
}

function report(running: Running<Options>, kind: string, { key, versionId, at }: Untaken): 1 {
  const enqueued = !running.options.dryRun;
  const what = enqueued ? "enqueued" : "would be enqueued";
  print(running, { kind, key, versionId, at, enqueued }, `${kind}  ${visibleLine(key)}  of ${at}  ${what}`);
  return 1;
}
