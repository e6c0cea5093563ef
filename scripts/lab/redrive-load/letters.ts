// Lets jobs die as workers leave them: in the ledger and in the dead-letter queue.
import { randomUUID } from "node:crypto";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { bodyText } from "../../../worker/engine/job/message.ts";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { deadLetterQueueName } from "../../../worker/fleet/resources.ts";
import { urlOf } from "../../queues/messages/take.ts";
import { type Placed, redriven } from "./job.ts";
import type { World } from "./world.ts";

/** Groups that die side by side. */
const groupsAtOnce = 16;

/** Lets jobs die: those of a group in their order. */
export async function dieAll({ sqs, db, names }: World, letters: readonly Placed[]): Promise<void> {
  const QueueUrl = await urlOf(sqs, deadLetterQueueName(names.fleet, redriven.kind));
  const ledger = createLedger({ db, table: names.tables.jobs, owner: "w", clock: systemClock });
  const die = async (payload: Placed) => {
    const jobId = jobIdOf(redriven, payload);
    const envelope = { traceId: randomUUID(), enqueuedAt: new Date().toISOString(), redrives: 0 };
    const found = await ledger.claim({ jobId, kind: redriven.kind, group: payload.group, ...envelope });
    if (found.state !== "claimed") throw new TypeError(`${jobId} is ${found.state}`);
    await ledger.commit(found.claim, { status: "dead-lettered", cause: "it was told to fail" });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: bodyText({ v: 1, kind: redriven.kind, jobId, payload, ...envelope }),
        MessageGroupId: payload.group,
        MessageDeduplicationId: jobId.slice(redriven.kind.length + 1),
        MessageAttributes: { jobId: { DataType: "String", StringValue: jobId } },
      }),
    );
    await ledger.deadLetterSent({ jobId, redrives: 0 });
  };
  const groups = [...Map.groupBy(letters, ({ group }) => group).values()];
  const work = async () => {
    for (let group = groups.pop(); group !== undefined; group = groups.pop())
      for (const letter of group) await die(letter);
  };
  await Promise.all(Array.from({ length: groupsAtOnce }, work));
}
