// Dead letters of the fixture job, as a worker that gave jobs up would leave them in queue and ledger, but at once.
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { createLedger } from "../../worker/engine/ledger/dynamodb-ledger.ts";
import { deadLetterOf } from "../../worker/engine/settle/dead-letter.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import type { FixtureCloud } from "./fixture-cloud.ts";
import { type FixturePayload, fixtureWork } from "./fixture-jobs.ts";

/** The id of a fixture job. */
export const fixtureJobId = (payload: FixturePayload): string =>
  jobIdOf(fixtureWork, fixtureWork.payload.parse(payload));

/** The body of a fixture job's message. */
export function fixtureBody(payload: FixturePayload): string {
  const enqueuedAt = new Date().toISOString();
  const jobId = fixtureJobId(payload);
  return JSON.stringify({
    v: 1,
    kind: fixtureWork.kind,
    jobId,
    payload,
    enqueuedAt,
    traceId: "t",
    redrives: 0,
  });
}

/** Gives jobs up in the given order, one after another; `cause` of each is `broken N`. */
export async function giveUp(fleet: FixtureCloud, payloads: readonly FixturePayload[]): Promise<void> {
  const { db, names, sqs, urls } = fleet;
  const ledger = createLedger({ db, table: names.tables.jobs, owner: "test", clock: systemClock });
  for (const payload of payloads) {
    const [jobId, body, { group }] = [fixtureJobId(payload), fixtureBody(payload), payload];
    const enqueuedAt = new Date().toISOString();
    const request = { jobId, kind: fixtureWork.kind, group, traceId: "t", enqueuedAt, redrives: 0 };
    const found = await ledger.claim(request);
    if (found.state !== "claimed") throw new Error(`${jobId} has ended already`);
    const cause = `broken ${payload.n}`;
    await ledger.commit(found.claim, { status: "dead-lettered", cause });
    const ended = { outcome: "dead-lettered", cause, runs: 1, jobId, redrives: 0, unsent: true } as const;
    const letter = deadLetterOf(
      urls.deadLetterQueue(fixtureWork.kind),
      { body, group, messageId: jobId },
      ended,
    );
    await sqs.send(new SendMessageCommand(letter));
    await ledger.deadLetterSent({ jobId, redrives: 0 });
  }
}

/** Sends bodies straight into the dead-letter queue, as SQS itself or somebody would. */
export async function sendDead({ sqs, urls }: FixtureCloud, group: string, bodies: readonly string[]) {
  for (const [index, MessageBody] of bodies.entries())
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: urls.deadLetterQueue(fixtureWork.kind),
        MessageBody,
        MessageGroupId: group,
        MessageDeduplicationId: `${group}-${index}-${crypto.randomUUID()}`,
      }),
    );
}
