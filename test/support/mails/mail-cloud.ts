// A local cloud with a fleet's buckets and tables. Tests run parse-mail in it the way the worker does: claim, run, commit.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import type { JobContext } from "../../../worker/engine/job/handler.ts";
import { InputRejected } from "../../../worker/engine/job/input-rejected.ts";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { MailSettings } from "../../../worker/jobs/mail/answers/settings.ts";
import { parseMailHandler } from "../../../worker/jobs/mail/parse-mail/handler.ts";
import { parseMail } from "../../../worker/jobs/mail/parse-mail/job.ts";
import type { MailPayload } from "../../../worker/jobs/mail/parse-mail/submission-row.ts";
import { clientSettings } from "../cloud.ts";
import { startProvisioned } from "../provisioned.ts";
import { never, silent } from "../sandbox.ts";

/** How a delivery ended. */
export type Ended = { status: string; result?: Record<string, unknown>; code?: string };

export type MailCloud = Awaited<ReturnType<typeof startMailCloud>>;

/** Starts the cloud. The caller closes it at the end of the test file. */
export async function startMailCloud(sandbox: Sandbox) {
  const provisioned = await startProvisioned();
  const { s3, cloud } = provisioned;
  const names = await provisioned.provision("mails");
  const dynamo = new DynamoDBClient(clientSettings(cloud));
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  const ledger = createLedger({ db, table: names.tables.jobs, owner: "test", clock: systemClock });
  let received = 0;

  /** Stores a raw mail like SES and returns the payload of its job. */
  const receive = async (
    mail: Buffer | string,
    receipt: MailPayload["receipt"] = {},
  ): Promise<MailPayload> => {
    received += 1;
    const messageId = `message-${received}`;
    const key = `raw/${messageId}`;
    await s3.send(new PutObjectCommand({ Bucket: names.buckets.mails, Key: key, Body: mail }));
    return { bucket: names.buckets.mails, key, receipt: { messageId, ...receipt } };
  };

  /** Delivers the job once. Throws the errors that the worker would retry. */
  const deliver = async (
    payload: MailPayload,
    more: Partial<JobContext> & { mail?: MailSettings } = {},
  ): Promise<Ended> => {
    const { mail, ...rest } = more;
    const jobId = jobIdOf(parseMail, payload);
    const enqueuedAt = new Date().toISOString();
    const group = parseMail.messageGroupId(payload);
    const request = { jobId, kind: parseMail.kind, group, traceId: "trace", enqueuedAt, redrives: 0 };
    const claimed = await ledger.claim(request);
    if (claimed.state !== "claimed") return { status: claimed.state };
    const { claim } = claimed;
    const surroundings = {
      jobId,
      traceId: "trace",
      enqueuedAt,
      run: claim.run,
      repeated: claim.fence > 1,
      signal: never,
    };
    const mark = () => Promise.reject(new Error("parse-mail marks nothing"));
    const context = { ...surroundings, mark, log: silent, names, s3, db, sandbox, now: Date.now, ...rest };
    try {
      const result = await parseMailHandler({ settings: mail }).run(payload, context);
      await ledger.commit(claim, { status: "completed", ...result });
      return { status: "completed", result: result.result };
    } catch (error) {
      if (!(error instanceof InputRejected)) throw error;
      const { code, reason, effects } = error;
      await ledger.commit(claim, { status: "rejected", code, reason, effects });
      return { status: "rejected", code };
    }
  };

  return {
    names,
    url: cloud.url,
    faults: cloud.faults,
    db,
    s3,
    receive,
    deliver,
    /** All rows of the submissions table, without those of references. */
    rows: async () => {
      const { Items = [] } = await db.send(new ScanCommand({ TableName: names.tables.submissions }));
      return Items.filter(({ state }) => state !== undefined);
    },
    references: async () => {
      const { Items = [] } = await db.send(new ScanCommand({ TableName: names.tables.submissions }));
      return Items.filter(({ state }) => state === undefined);
    },
    /** All rows of a table. */
    items: async (table: keyof ResourceNames["tables"]) => {
      const { Items = [] } = await db.send(new ScanCommand({ TableName: names.tables[table] }));
      return Items;
    },
    put: async (table: keyof ResourceNames["tables"], Item: Record<string, unknown>) => {
      await db.send(new PutCommand({ TableName: names.tables[table], Item }));
    },
    part: async (Key: string) => {
      const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: names.buckets.parts, Key }));
      return { body: Buffer.from((await Body?.transformToByteArray()) ?? []), contentType: ContentType };
    },
    partKeys: async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: names.buckets.parts }));
      return Contents.map(({ Key = "" }) => Key);
    },
    close: async () => {
      dynamo.destroy();
      await provisioned.close();
    },
  };
}
