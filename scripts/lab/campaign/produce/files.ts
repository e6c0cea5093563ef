// Sends files as a browser does: the row of the upload first, then the bytes. Packs and sweeps as pages and schedules do.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Enqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { expireFiles } from "../../../../worker/jobs/files/expire-files/job.ts";
import { packFiles } from "../../../../worker/jobs/files/pack-files/job.ts";
import { incomingKey } from "../../../../worker/jobs/files/rows/ids.ts";
import type { PackRow } from "../../../../worker/jobs/files/rows/pack-row.ts";
import { type UploadRow, uploadId } from "../../../../worker/jobs/files/rows/upload-row.ts";
import { storeFile } from "../../../../worker/jobs/files/store-file/job.ts";
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
