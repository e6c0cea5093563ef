// The triggers that may fail, made with the clients of a command instead of Lambda's.
import { randomUUID } from "node:crypto";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { fileUploaded } from "../../../triggers/file-uploaded.ts";
import { imageUploaded } from "../../../triggers/image-uploaded.ts";
import { mailReceived } from "../../../triggers/mail-received.ts";
import { pictureRemoved } from "../../../triggers/picture-removed.ts";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { recordChanged } from "../../../triggers/record-changed/handle-records.ts";
import { ownerReader } from "../../../triggers/shared/issued-uploads.ts";
import { createRelay } from "../../../triggers/shared/outbox-relay.ts";
import { createEnqueue, type Enqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { findQueues } from "../../../worker/engine/receive/queue-urls.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { contactSheet } from "../../../worker/jobs/pictures/contact-sheet/job.ts";
import type { Fleet } from "../../cli/fleet.ts";
import type { Trigger } from "./failed-events.ts";
import type { RecordAction } from "./failed-records.ts";
import { missingSheets } from "./missing-sheets.ts";

/** Those that topics feed, by name, and record-changed, which reads streams. */
export type FleetTriggers = {
  topics: ReadonlyMap<string, Trigger>;
  records: Required<Pick<RecordAction, "replay" | "rebuild">>;
};

/** Makes them. */
export async function fleetTriggers({
  sqs,
  db,
  names,
}: Pick<Fleet, "db" | "names"> & { sqs: SQSClient }): Promise<FleetTriggers> {
  const urls = await findQueues(sqs, names.fleet, Object.keys(catalog));
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: Date.now, newTraceId: randomUUID });
  return triggersOf({ db, names }, enqueue);
}

/** Makes them from the fleet's tables and names. */
export function triggersOf({ db, names }: Pick<Fleet, "db" | "names">, enqueue: Enqueue): FleetTriggers {
  const { buckets, tables } = names;
  const relay = createRelay({ jobs: catalog, enqueue, db, table: tables.outbox, now: Date.now });
  const log = () => {};
  // What is replayed is on the failure queue already.
  const keepDropped = async () => {};
  const ownerOf = ownerReader(db, tables.uploads);
  return {
    topics: new Map<string, Trigger>([
      [
        "image-uploaded",
        imageUploaded({ uploadsBucket: buckets.uploads, ownerOf, enqueue, keepDropped, log }),
      ],
      ["picture-removed", pictureRemoved({ resultsBucket: buckets.results, enqueue, keepDropped, log })],
      [
        "file-uploaded",
        fileUploaded({
          incomingBucket: buckets.incoming,
          db,
          table: tables.uploads,
          enqueue,
          keepDropped,
          log,
        }),
      ],
      ["mail-received", mailReceived({ mailsBucket: buckets.mails, enqueue, keepDropped, log })],
    ]),
    records: {
      replay: recordChanged({ tables, criteria, enqueue, relay, log }),
      // The outbox needs nothing: `outbox-due` relays every row that is still pending.
      rebuild: async (table) => {
        if (table !== tables.albums) return;
        for await (const sheet of missingSheets({ db, tables })) await enqueue(contactSheet, sheet);
      },
    },
  };
}
