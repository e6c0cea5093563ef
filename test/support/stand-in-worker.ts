// Plays trigger and worker for uploads, so that a test decides itself what becomes of each: hears of an upload as a
// queue does, writes the result and the job's row as the worker leaves them.
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { z } from "zod";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import { putJob } from "./console.ts";
import type { Provisioned } from "./provisioned.ts";

/** How an upload's job ends; `running` leaves it without an outcome. */
export type Decision = "completed" | "rejected" | "dead-lettered" | "running";

export type StandInWorker = { uploads: string[]; close: () => Promise<void> };

const eventSchema = z.object({
  Records: z
    .array(z.object({ s3: z.object({ object: z.object({ key: z.string(), versionId: z.string() }) }) }))
    .default([]),
});

/** A PNG of one pixel. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
  "base64",
);

/** Starts it for a fleet; the caller closes it when the test ends. */
export async function startStandInWorker(
  { cloud, s3, db }: Provisioned,
  names: ResourceNames,
  decide: (key: string) => Decision | Promise<Decision>,
): Promise<StandInWorker> {
  const queue = `${names.fleet}-uploads`;
  const bucket = names.buckets.uploads;
  const uploads: string[] = [];
  const end = new AbortController();
  cloud.sqs.createQueue(queue);
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: cloud.sqs.arnOf(queue), Events: ["s3:ObjectCreated:*"] }],
      },
    }),
  );

  async function work(key: string, versionId: string): Promise<void> {
    uploads.push(key);
    const status = await decide(key);
    const jobId = jobIdOf(resizeImage, { bucket, key, versionId, sequencer: "", size: 0 });
    const result = { bucket: names.buckets.results, key, width: 400, height: 300, contentType: "image/png" };
    if (status === "completed")
      await s3.send(
        new PutObjectCommand({ Bucket: result.bucket, Key: key, Body: png, ContentType: "image/png" }),
      );
    const details = {
      completed: { result },
      rejected: { code: "not-a-picture", reason: `${key} is not a picture.` },
      "dead-lettered": { cause: "it failed every time" },
      running: {},
    };
    await putJob({ db }, names, jobId, { status, ...details[status] });
  }

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      const found = await cloud.sqs.receive(queue, { max: 10, waitSeconds: 20 }, end.signal);
      for (const { message, receiptHandle } of found) {
        for (const { s3: event } of eventSchema.parse(JSON.parse(message.body)).Records)
          await work(decodeURIComponent(event.object.key.replaceAll("+", " ")), event.object.versionId);
        cloud.sqs.delete(queue, receiptHandle);
      }
    }
  }

  const running = run();
  return {
    uploads,
    close: async () => {
      end.abort();
      await running;
    },
  };
}
