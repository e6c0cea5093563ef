// Dead letters that other people's tools send back: AWS's own redrive to a chosen queue, and a script that copies bodies.
// The job runs again or dies again; its letter is never deleted while the job is dead.
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fixtureBody, giveUp } from "../../support/dead-letters.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import { fixtureWork } from "../../support/fixture-jobs.ts";
import { fixtureJob, jsonLines, queuesCommand } from "../../support/queues-command.ts";
import { until } from "../../support/until.ts";
import { startWorkerChild, type WorkerChild } from "../../support/worker-child.ts";

let fleet: FixtureCloud;
let children: WorkerChild[];
beforeEach(async () => {
  fleet = await startFixtureCloud();
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(({ ended }) => ended));
  await fleet.close();
});

const startWorker = async () =>
  void children.push(await startWorkerChild("w", { ...fleet.env, FLEET_WAIT_SECONDS: "1" }));

async function arn(QueueUrl: string): Promise<string> {
  const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
  return (await fleet.sqs.send(ask)).Attributes?.QueueArn ?? "";
}

/** What the console's button "Start DLQ redrive" with a custom destination does. */
async function moveAll(): Promise<void> {
  const { kind } = fixtureWork;
  const [SourceArn, DestinationArn] = [
    await arn(fleet.urls.deadLetterQueue(kind)),
    await arn(fleet.urls.queue(kind)),
  ];
  await fleet.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
}

const statusOf = async (job: { group: string; n: number }) => (await fleet.jobRow(job))?.status;

test("letters moved by AWS's own redrive run again, in order", async () => {
  const jobs = [0, 1, 2].map((n) => ({ group: "a", n }));
  await giveUp(fleet, jobs);
  await moveAll();
  await startWorker();
  await until(
    "the last job to be completed",
    async () => (await statusOf({ group: "a", n: 2 })) === "completed",
  );
  expect(await fleet.order("a")).toEqual([0, 1, 2]);
  await until("both queues to be empty", () => fleet.left().queue === 0 && fleet.left().dead === 0);
  for (const job of jobs) expect(await fleet.jobRow(job)).toMatchObject({ status: "completed", redrives: 1 });
});

test("a job that dies again after another tool's redrive has a letter again, and ours counts on from there", async () => {
  const job = { group: "b", n: 0 };
  await fleet.enqueue([{ ...job, act: "fail" }]);
  await startWorker();
  const isDead = (redrives: number) =>
    until(`death ${redrives}`, async () => {
      const row = await fleet.jobRow(job);
      return row?.redrives === redrives && row.deadLetterSent === true && fleet.left().dead === 1;
    });
  await isDead(0);
  await moveAll();
  await isDead(1);
  // Within SQS's five minutes, in which a letter with the same id would be dropped.
  await moveAll();
  await isDead(2);
  const { stdout } = await queuesCommand(fleet.env, fixtureJob)(["redrive", "fixture-work", "--json"]);
  expect(jsonLines(stdout)).toMatchObject([{ redrives: 3 }]);
  await isDead(3);
});

test("a letter whose body a script copies into the queue runs again, too", async () => {
  const job = { group: "c", n: 0 };
  await giveUp(fleet, [job]);
  await fleet.sqs.send(
    new SendMessageCommand({
      QueueUrl: fleet.urls.queue(fixtureWork.kind),
      MessageBody: fixtureBody(job),
      MessageGroupId: "c",
      MessageDeduplicationId: "by-hand",
    }),
  );
  await startWorker();
  await until("the job to be completed", async () => (await statusOf(job)) === "completed");
  expect(await fleet.effects(job)).toBe(1);
});
