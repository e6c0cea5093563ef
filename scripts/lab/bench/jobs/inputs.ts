// How an input of each measured job kind gets into the cloud: its object, and the message that the trigger would send.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Enqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { incomingKey } from "../../../../worker/jobs/files/rows/ids.ts";
import { uploadId, uploadRowSchema } from "../../../../worker/jobs/files/rows/upload-row.ts";
import { storeFile } from "../../../../worker/jobs/files/store-file/job.ts";
import { parseMail } from "../../../../worker/jobs/mail/parse-mail/job.ts";
import { resizeImage } from "../../../../worker/jobs/pictures/resize-image/job.ts";
import { countWords } from "../../../../worker/jobs/words/count-words/job.ts";
import type { LocalClients } from "../../../local/cloud/identity.ts";

/** The kinds that can be measured. */
export const measuredKinds = z.enum(["resize-image", "parse-mail", "store-file", "count-words"]);
export type MeasuredKind = z.infer<typeof measuredKinds>;

/** The cloud that inputs are put into. */
export type Into = { clients: LocalClients; names: ResourceNames; enqueue: Enqueue };

type Input = { index: number; name: string; body: Buffer };

const put = async ({ clients }: Into, bucket: string, key: string, body: Buffer) => {
  const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body });
  const { VersionId: versionId = "" } = await clients.s3.send(put);
  return { bucket, key, versionId };
};

/** Puts one input of each kind. */
export const inputs: Readonly<Record<MeasuredKind, (into: Into, input: Input) => Promise<unknown>>> = {
  "resize-image": async (into, { index, name, body }) => {
    const object = await put(into, into.names.buckets.uploads, `${index}/${name}`, body);
    return into.enqueue(resizeImage, { ...object, sequencer: "00", size: body.length });
  },
  "parse-mail": async (into, { index, body }) => {
    // The same content would be the same submission, whose parts are not stored again.
    const id = Buffer.from(`Message-ID: <${index}@bench.example>\r\n`);
    const object = await put(into, into.names.buckets.mails, `raw/${index}`, Buffer.concat([id, body]));
    return into.enqueue(parseMail, object);
  },
  "store-file": async (into, { index, name, body }) => {
    const fileId = String(index).padStart(22, "A");
    const place = { bucket: into.names.buckets.incoming, key: incomingKey(fileId) };
    const owner = `person-${index % 50}`;
    const issued = { issuedAt: new Date().toISOString(), expiresAt: 4_000_000_000, hours: 24 };
    const row = { id: uploadId(place), ...place, owner, fileId, name, bytes: body.length, ...issued };
    const Item = uploadRowSchema.parse({ ...row, state: "issued" });
    await into.clients.db.send(new PutCommand({ TableName: into.names.tables.uploads, Item }));
    const object = await put(into, place.bucket, place.key, body);
    return into.enqueue(storeFile, { ...object, size: body.length, owner });
  },
  "count-words": (into, { index, body }) =>
    into.enqueue(countWords, {
      team: "T1",
      channel: `C${index}`,
      message: String(index),
      text: body.toString(),
    }),
};
