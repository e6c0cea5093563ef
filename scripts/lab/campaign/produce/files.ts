// Sends files as a browser does: the row of the upload first, then the bytes. Packs and sweeps as pages and schedules do.
import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Enqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { expireFiles } from "../../../../worker/jobs/files/expire-files/job.ts";
import { packFiles } from "../../../../worker/jobs/files/pack-files/job.ts";
import { incomingKey } from "../../../../worker/jobs/files/rows/ids.ts";
import type { PackRow } from "../../../../worker/jobs/files/rows/pack-row.ts";
import { type UploadRow, uploadId } from "../../../../worker/jobs/files/rows/upload-row.ts";
import { storeFile } from "../../../../worker/jobs/files/store-file/job.ts";
import { addressHash } from "../../../../worker/jobs/mail/answers/address.ts";
import type { OutgoingMail } from "../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { sendMail } from "../../../../worker/jobs/mail/send-mail/job.ts";
import { outboxEffect } from "../../../../worker/jobs/outbox/outbox-effect.ts";
import type { LocalClients } from "../../../local/cloud/identity.ts";
import { type PlannedFile, type PlannedFileInput, plannedId } from "../plan/files.ts";
import type { ProducedInput } from "./producer-log.ts";

/** What the producer of files uses. */
export type FileProducer = {
  clients: LocalClients;
  names: ResourceNames;
  pictures: readonly Buffer[];
  enqueue: Enqueue;
  /** Epoch milliseconds as workers see them. */
  now: () => number;
};

/** Epoch seconds far away. */
const never = 4_000_000_000;

/** The bytes of a file. */
export const bytesOfFile = ({ n, content }: PlannedFile, pictures: readonly Buffer[]): Buffer =>
  (content === "picture" ? pictures[n % pictures.length] : undefined) ??
  Buffer.from(`the content of file ${n}\n`.repeat(1 + (n % 50)));

/** The upload of a file: its place, and the size it is announced with. */
export function uploadOf(
  input: PlannedFile,
  { names, now }: Pick<FileProducer, "names" | "now">,
  bytes: number,
): UploadRow {
  const fileId = plannedId("file", input.n, input.shard);
  const place = { bucket: names.buckets.incoming, key: incomingKey(fileId) };
  return {
    id: uploadId(place),
    ...place,
    owner: input.person,
    ownerName: input.person,
    fileId,
    name: `file ${input.n}`,
    folder: "",
    bytes: input.fate === "refused" ? bytes - 1 : bytes,
    hours: input.hours,
    issuedAt: new Date(now()).toISOString(),
    state: "issued",
    expiresAt: never,
  };
}

/** Sends one input of file sharing. */
export async function produceFile(
  { clients, names, pictures, enqueue, now }: FileProducer,
  input: PlannedFileInput,
): Promise<ProducedInput> {
  switch (input.kind) {
    case "file": {
      const Body = bytesOfFile(input, pictures);
      const Item = uploadOf(input, { names, now }, Body.length);
      await clients.db.send(new PutCommand({ TableName: names.tables.uploads, Item }));
      const { bucket, key, owner } = Item;
      const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body });
      const { VersionId: versionId = "" } = await clients.s3.send(put);
      const jobId = jobIdOf(storeFile, { bucket, key, versionId, size: Body.length, owner });
      return { input, versionId, jobIds: [jobId] };
    }
    case "pack": {
      const Item = packOf(input, new Date(now()).toISOString());
      await clients.db.send(new PutCommand({ TableName: names.tables.packs, Item }));
      const { jobId } = await enqueue(packFiles, { packId: Item.id, owner: Item.owner });
      return { input, versionId: "", jobIds: [jobId] };
    }
    case "share":
      return { input, versionId: "", jobIds: [await tell({ clients, names, now }, input)] };
    case "expiry": {
      const at = new Date(now() + input.hours * 60 * 60 * 1000).toISOString();
      const { jobId } = await enqueue(expireFiles, { shard: input.shard, at });
      return { input, versionId: "", jobIds: [jobId] };
    }
  }
}

const packOf = (
  { n, person, files }: Extract<PlannedFileInput, { kind: "pack" }>,
  createdAt: string,
): PackRow => ({
  id: plannedId("pack", n),
  owner: person,
  ownerName: person,
  fileIds: files.map((file) => plannedId("file", file)),
  name: `pack ${n}.zip`,
  state: "waiting",
  createdAt,
  expiresAt: never,
});

/** Plans the mail that tells a reader of a file, with its job, as the page does that shares it. */
async function tell(
  { clients, names, now }: Pick<FileProducer, "clients" | "names" | "now">,
  { n, person }: Extract<PlannedFileInput, { kind: "share" }>,
): Promise<string> {
  const [to, fileId, at] = [`reader-${n}@example.org`, plannedId("file", n), new Date(now()).toISOString()];
  const mail: OutgoingMail = {
    id: createHash("sha256").update(`share ${n}`).digest("hex").slice(0, 32),
    purpose: "shared-file",
    submissionId: `file/${fileId}`,
    reference: fileId,
    sharedFile: {
      sender: person,
      fileName: `file ${n}`,
      until: at,
      address: `https://pages.example/${fileId}`,
    },
    to,
    state: "planned",
    round: 1,
    createdAt: at,
    updatedAt: at,
  };
  const job = { mailId: mail.id, recipientHash: addressHash(to), round: mail.round };
  const cause = { names, now, jobId: `share/${mail.id}`, traceId: "campaign" };
  const Put = { TableName: names.tables.outgoingMails, Item: mail };
  const TransactItems = [{ Put }, outboxEffect(sendMail, job, cause)];
  await clients.db.send(new TransactWriteCommand({ TransactItems }));
  return jobIdOf(sendMail, job);
}
