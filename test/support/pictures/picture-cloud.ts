// A local cloud with a fleet's buckets and tables. Tests run resize-image in it the way the worker does: claim, run,
// commit, after the commit.
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { createBuckets } from "../../../scripts/provision/uploads.ts";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import type { JobContext } from "../../../worker/engine/job/handler.ts";
import { InputRejected } from "../../../worker/engine/job/input-rejected.ts";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import type { Claim } from "../../../worker/engine/ledger/ledger.ts";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resizeImageHandler } from "../../../worker/jobs/pictures/resize-image/handler.ts";
import type { ResizePayload } from "../../../worker/jobs/pictures/resize-image/image-row.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { type Provisioned, startProvisioned } from "../provisioned.ts";
import { never, silent } from "../sandbox.ts";

export type PictureCloud = Awaited<ReturnType<typeof startPictureCloud>>;

/** How a job ended. */
export type Ended =
  | { status: "completed"; result: Record<string, unknown> }
  | { status: "rejected"; code: string; reason: string };

/** Starts the cloud. The caller closes it at the end of the test file. */
export async function startPictureCloud(sandbox: Sandbox) {
  const provisioned: Provisioned = await startProvisioned();
  const names = await provisioned.provision("pictures");
  const s3 = new S3Client({ ...settingsOf(provisioned), forcePathStyle: true });
  await createBuckets(s3, names);
  const { db } = provisioned;
  const ledger = createLedger({ db, table: names.tables.jobs, owner: "test", clock: systemClock });
  let sequence = 0;
  /** Awaited before every call to S3 and DynamoDB. Tests delay calls or kill a worker there. */
  const hooks: { beforeCall: (command: string) => Promise<void> } = { beforeCall: async () => {} };
  s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        await hooks.beforeCall(commandName);
        return await next(args);
      },
    { step: "initialize" },
  );
  db.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        await hooks.beforeCall(commandName);
        return await next(args);
      },
    { step: "initialize" },
  );

  /** Uploads bytes and returns the payload of their job. Later calls have later sequencers. */
  const upload = async (key: string, body: Buffer): Promise<ResizePayload> => {
    const Bucket = names.buckets.uploads;
    const { VersionId: versionId = "" } = await s3.send(
      new PutObjectCommand({ Bucket, Key: key, Body: body }),
    );
    sequence += 1;
    const sequencer = sequence.toString(16).padStart(18, "0");
    return { bucket: Bucket, key, versionId, sequencer, size: body.length, owner: "tester" };
  };

  const handler = resizeImageHandler();

  const contextOf = (jobId: string, run: number, more: Partial<JobContext>): JobContext => ({
    jobId,
    traceId: "trace",
    enqueuedAt: new Date().toISOString(),
    mark: () => Promise.reject(new Error("pictures mark nothing")),
    run,
    repeated: run > 1,
    signal: never,
    log: silent,
    names,
    s3,
    db,
    sandbox,
    now: Date.now,
    ...more,
  });

  /** Only the run. `finish` commits its result. */
  const start = async (payload: ResizePayload, more: Partial<JobContext> = {}) => {
    const jobId = jobIdOf(resizeImage, payload);
    const group = resizeImage.messageGroupId(payload);
    const request = { jobId, kind: resizeImage.kind, group, traceId: "trace" };
    const claimed = await ledger.claim({ ...request, enqueuedAt: new Date().toISOString(), redrives: 0 });
    if (claimed.state !== "claimed") return { claimed };
    const context = contextOf(jobId, claimed.claim.run, more);
    return { claimed, context, run: handler.run(payload, context) };
  };

  const finish = async (
    payload: ResizePayload,
    { claim, context }: { claim: Claim; context: JobContext },
    run: ReturnType<typeof handler.run>,
  ): Promise<Ended> => {
    try {
      const result = await run;
      await ledger.commit(claim, { status: "completed", ...result });
      await handler.afterCommit?.(payload, result.result, context);
      return { status: "completed", result: result.result };
    } catch (error) {
      if (!(error instanceof InputRejected)) throw error;
      const { code, reason, effects } = error;
      await ledger.commit(claim, { status: "rejected", code, reason, effects });
      return { status: "rejected", code, reason };
    }
  };

  /** Delivers the job once, from the claim to the work after the commit. Throws the errors that the worker would retry. */
  const deliver = async (payload: ResizePayload, more: Partial<JobContext> = {}): Promise<Ended> => {
    const { claimed, context, run } = await start(payload, more);
    if (context && run) return await finish(payload, { claim: claimed.claim, context }, run);
    if (claimed.state === "rejected") {
      const { code, reason } = claimed;
      return { status: "rejected", code, reason };
    }
    if (claimed.state !== "completed") throw new Error(`job is ${claimed.state}`);
    await handler.afterCommit?.(payload, claimed.result, contextOf("again", 1, more));
    return { status: "completed", result: claimed.result };
  };

  const item = async (TableName: string, Key: Record<string, string>) =>
    (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

  return {
    ...provisioned,
    names,
    s3,
    hooks,
    upload,
    start,
    finish,
    deliver,
    imageRow: ({ bucket, key }: ResizePayload) => item(names.tables.images, { id: `${bucket}/${key}` }),
    albumRow: (album: string) => item(names.tables.albums, { album }),
    /** The bytes, content type and version of the object at a key of the results bucket. */
    result: async (key: string) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket: names.buckets.results, Key: key }));
      const bytes = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      return { bytes, contentType: answer.ContentType, versionId: answer.VersionId, etag: answer.ETag };
    },
    hasResult: (key: string) =>
      s3.send(new HeadObjectCommand({ Bucket: names.buckets.results, Key: key })).then(
        () => true,
        () => false,
      ),
    /** The remaining version ids of an upload. */
    uploadVersions: async (key: string) => {
      const Bucket = names.buckets.uploads;
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: key }));
      return Versions.filter((version) => version.Key === key).map(({ VersionId = "" }) => VersionId);
    },
    close: async () => {
      s3.destroy();
      await provisioned.close();
    },
  };
}

function settingsOf({ cloud }: Provisioned) {
  return {
    endpoint: cloud.url,
    region: cloud.region,
    credentials: { accessKeyId: "AKIDLOCAL", secretAccessKey: "local" },
  };
}
