// A local cloud with a fleet's buckets and tables, in which tests upload files and run the jobs of file sharing as a
// worker does.
import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { GetCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import type { Handler } from "../../../worker/engine/job/handler.ts";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import type { TableName } from "../../../worker/fleet/tables.ts";
import { expireFilesHandler } from "../../../worker/jobs/files/expire-files/handler.ts";
import { expireFiles } from "../../../worker/jobs/files/expire-files/job.ts";
import { packFilesHandler } from "../../../worker/jobs/files/pack-files/handler.ts";
import { packFiles } from "../../../worker/jobs/files/pack-files/job.ts";
import { usualFormat } from "../../../worker/jobs/files/pack-files/write-archive.ts";
import { type FileRow, fileRowSchema, shardOf } from "../../../worker/jobs/files/rows/file-row.ts";
import { idBytes, idFrom, incomingKey } from "../../../worker/jobs/files/rows/ids.ts";
import type { PackRow } from "../../../worker/jobs/files/rows/pack-row.ts";
import { type UploadRow, uploadId, uploadRowSchema } from "../../../worker/jobs/files/rows/upload-row.ts";
import { defaultFileSettings, type FileSettings } from "../../../worker/jobs/files/settings.ts";
import { type CopySizes, copySizes } from "../../../worker/jobs/files/store-file/copy.ts";
import { storeFileHandler } from "../../../worker/jobs/files/store-file/handler.ts";
import { storeFile } from "../../../worker/jobs/files/store-file/job.ts";
import { startProvisioned } from "../provisioned.ts";
import { runJob } from "../run-job.ts";

export type FileCloud = Awaited<ReturnType<typeof startFileCloud>>;

/** An object that was uploaded: the payload of its job. */
export type UploadedFile = { bucket: string; key: string; versionId: string; size: number; owner?: string };

export const newId = (): string => idFrom(randomBytes(idBytes));

/** Starts it. The caller closes it at the end of the test file. */
export async function startFileCloud(sandbox: Sandbox, fleet = "files") {
  const provisioned = await startProvisioned();
  const names = await provisioned.provision(fleet);
  const { s3, db } = provisioned;
  const clients = { names, s3, db, sandbox };
  const row = async (table: TableName, Key: Record<string, string>) =>
    (await db.send(new GetCommand({ TableName: names.tables[table], Key, ConsistentRead: true }))).Item;
  const all = async (table: TableName) =>
    (await db.send(new ScanCommand({ TableName: names.tables[table], ConsistentRead: true }))).Items ?? [];

  /** Writes the row of an upload, as a page does before it issues one. */
  const issue = async (more: Partial<UploadRow> = {}): Promise<UploadRow> => {
    const fileId = more.fileId ?? newId();
    const place = { bucket: names.buckets.incoming, key: incomingKey(fileId) };
    const given = { owner: "ada", ownerName: "Ada", name: "notes.txt", bytes: 10_000_000, hours: 1 };
    const times = { issuedAt: new Date().toISOString(), expiresAt: 4_000_000_000 };
    const Item = uploadRowSchema.parse({
      id: uploadId(place),
      ...place,
      ...given,
      ...times,
      fileId,
      state: "issued",
      ...more,
    });
    await db.send(new PutCommand({ TableName: names.tables.uploads, Item }));
    return Item;
  };

  const put = async ({ bucket, key, owner }: UploadRow, body: Buffer): Promise<UploadedFile> => {
    const sent = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    return { bucket, key, versionId: sent.VersionId ?? "", size: body.length, owner };
  };

  /** Uploads in parts, as a browser does with a large file. */
  const putInParts = async ({ bucket, key, owner }: UploadRow, parts: Buffer[]): Promise<UploadedFile> => {
    const place = { Bucket: bucket, Key: key };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(place));
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    const complete = { ...place, UploadId, MultipartUpload: { Parts } };
    const { VersionId = "" } = await s3.send(new CompleteMultipartUploadCommand(complete));
    return { bucket, key, versionId: VersionId, size: Buffer.concat(parts).length, owner };
  };

  const run = <Payload>(job: JobDefinition<string, Payload>, handler: Handler<Payload>, payload: Payload) =>
    runJob(clients, job, handler, payload);

  const store = (
    uploaded: UploadedFile,
    { sizes = copySizes, ...settings }: Partial<FileSettings> & { sizes?: CopySizes } = {},
  ) => run(storeFile, storeFileHandler({ ...defaultFileSettings, ...settings }, sizes), uploaded);

  /** Uploads and stores a file. */
  const stored = async (body: Buffer | string, more: Partial<UploadRow> = {}): Promise<FileRow> => {
    const upload = await issue(more);
    const outcome = await store(await put(upload, Buffer.from(body)));
    if (outcome.outcome !== "completed")
      throw new Error(`the file was not stored: ${JSON.stringify(outcome)}`);
    return fileRowSchema.parse(await row("files", { id: upload.fileId }));
  };

  /** Sweeps the shard of a file, as if it were a certain time. */
  const sweep = (fileId: string, at: string) =>
    run(expireFiles, expireFilesHandler(), { shard: shardOf(fileId), at });

  const changeFile = ({ id }: Pick<FileRow, "id">, changes: Partial<FileRow>) => {
    const fields = Object.keys(changes);
    return db.send(
      new UpdateCommand({
        TableName: names.tables.files,
        Key: { id },
        UpdateExpression: `SET ${fields.map((field) => `#${field} = :${field}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(fields.map((field) => [`#${field}`, field])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(changes).map(([field, value]) => [`:${field}`, value]),
        ),
      }),
    );
  };

  /** Asks for a pack. */
  const askPack = async (fileIds: string[], more: Partial<PackRow> = {}): Promise<PackRow> => {
    const Item: PackRow = {
      id: newId(),
      owner: "ada",
      ownerName: "Ada",
      fileIds,
      name: "pack.zip",
      state: "waiting",
      createdAt: new Date().toISOString(),
      expiresAt: 4_000_000_000,
      ...more,
    };
    await db.send(new PutCommand({ TableName: names.tables.packs, Item }));
    return Item;
  };
  const pack = ({ id, owner }: PackRow, settings: Partial<FileSettings> = {}, format = usualFormat) =>
    run(packFiles, packFilesHandler({ ...defaultFileSettings, ...settings }, format), { packId: id, owner });

  /** The audit rows of a file, the oldest first. */
  const audit = async (fileId: string) => {
    const query = new QueryCommand({
      TableName: names.tables.audit,
      IndexName: "byFile",
      KeyConditionExpression: "fileId = :file",
      ExpressionAttributeValues: { ":file": fileId },
    });
    return (await db.send(query)).Items ?? [];
  };

  /** Keys and versions in a bucket. */
  const versions = async (bucket: "incoming" | "secure", prefix = "") => {
    const list = new ListObjectVersionsCommand({ Bucket: names.buckets[bucket], Prefix: prefix });
    const { Versions = [], DeleteMarkers = [] } = await s3.send(list);
    return [...Versions, ...DeleteMarkers].map(({ Key = "", VersionId = "" }) => ({
      key: Key,
      versionId: VersionId,
    }));
  };
  const bytesOf = async (file: Pick<FileRow, "bucket" | "key" | "versionId">): Promise<Buffer> => {
    const { bucket: Bucket, key: Key, versionId: VersionId } = file;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const head = (file: Pick<FileRow, "bucket" | "key" | "versionId">) => {
    const { bucket: Bucket, key: Key, versionId: VersionId } = file;
    return s3.send(new HeadObjectCommand({ Bucket, Key, VersionId, ChecksumMode: "ENABLED" }));
  };

  return {
    ...provisioned,
    names,
    clients,
    row,
    all,
    issue,
    put,
    putInParts,
    store,
    stored,
    sweep,
    changeFile,
    askPack,
    pack,
    audit,
    versions,
    bytesOf,
    head,
    run,
    fileRow: async (id: string) => {
      const item = await row("files", { id });
      return item && fileRowSchema.parse(item);
    },
    quota: async (person: string) => {
      const { bytes = 0, files = 0 } = (await row("quotas", { person })) ?? {};
      return { bytes: Number(bytes), files: Number(files) };
    },
  };
}
