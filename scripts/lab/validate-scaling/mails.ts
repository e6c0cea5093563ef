// Jobs of a known length for the real fleet: mails whose call to SES is answered as late as the trace says.
import { randomBytes, randomUUID } from "node:crypto";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { OutgoingMail } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { sendMail } from "../../../worker/jobs/mail/send-mail/job.ts";
import type { LocalClients } from "../../local/cloud/identity.ts";

/** Rows that BatchWriteItem takes at once (API reference). */
const rowsPerCall = 25;

/** Calls under way at once. */
const callsAtOnce = 16;

const newId = () => randomBytes(16).toString("hex");

/** Writes the rows of so many mails, each to a person of its own. Returns their ids. */
export async function planMails(
  { db }: LocalClients,
  names: ResourceNames,
  count: number,
): Promise<string[]> {
  const now = new Date().toISOString();
  const rows = Array.from({ length: count }, (_, index): OutgoingMail => {
    const file = newId();
    const sharedFile = { sender: "Ann", fileName: "a.txt", until: now, address: "https://files.example/" };
    const place = { submissionId: `file/${file}`, reference: file, sharedFile };
    const times = { createdAt: now, updatedAt: now };
    return {
      id: newId(),
      purpose: "shared-file",
      ...place,
      to: `person-${index}@example.org`,
      state: "planned",
      round: 1,
      ...times,
    };
  });
  for (let from = 0; from < rows.length; from += rowsPerCall) {
    const puts = rows.slice(from, from + rowsPerCall).map((Item) => ({ PutRequest: { Item } }));
    await db.send(new BatchWriteCommand({ RequestItems: { [names.tables.outgoingMails]: puts } }));
  }
  return rows.map(({ id }) => id);
}

/** Enqueues mails at their times, in milliseconds from now; resolves when all are there. */
export async function sendAt(
  { sqs }: LocalClients,
  fleet: string,
  mails: readonly { id: string; atMs: number }[],
): Promise<void> {
  const { QueueUrl = "" } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: queueName(fleet, "send-mail") }),
  );
  const enqueue = createEnqueue({ sqs, queueUrl: () => QueueUrl, now: Date.now, newTraceId: randomUUID });
  const start = performance.now();
  const waiting = [...mails].sort((a, b) => a.atMs - b.atMs).reverse();
  const feed = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { id, atMs } = next;
      const pauseMs = atMs - (performance.now() - start);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await enqueue(sendMail, { mailId: id, recipientHash: id, round: 1 });
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, feed));
}
