// What a redrive of one kind needs: its queues, and a note in the ledger for each letter. The operator's tool and the console
// redrive by this code.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { urlOf } from "../messages/take.ts";
import { noLongerDead } from "./note.ts";
import type { Redriven, RedriveOptions } from "./redrive.ts";

/** Where letters are, and who sends them back. */
export type Redriving = {
  sqs: SQSClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  by: string;
  /** Epoch milliseconds. */
  now: () => number;
};

/** The options of a redrive. `onSent` is called with every letter that was sent back. */
export async function redriveOptions(
  { sqs, db, names, by, now }: Redriving,
  definition: JobDefinition<string, unknown>,
  onSent: (sent: Redriven) => void,
): Promise<RedriveOptions> {
  const { fleet, tables } = names;
  const notes = { db, table: tables.jobs, by, now };
  return {
    dead: { sqs, queueUrl: await urlOf(sqs, deadLetterQueueName(fleet, definition.kind)) },
    queueUrl: await urlOf(sqs, queueName(fleet, definition.kind)),
    definition,
    note: (jobId, redrives) => noLongerDead(notes, jobId, "redriven", redrives - 1),
    onSent,
    now,
  };
}
