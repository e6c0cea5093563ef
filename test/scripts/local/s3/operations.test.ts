import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addressOf } from "../../../../scripts/local/s3/protocol/address.ts";
import { startTestS3 } from "../../../support/s3.ts";
import { until } from "../../../support/until.ts";

let store: Awaited<ReturnType<typeof startTestS3>>;
beforeEach(async () => {
  store = await startTestS3();
  await store.s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
});
afterEach(() => store.close());

const bucket = { Bucket: "bucket" };
const object = { ...bucket, Key: "k" };
const notImplemented = { name: "NotImplemented", $metadata: { httpStatusCode: 501 } };

test("features that the object store lacks answer 501 NotImplemented, never success", async () => {
  await store.s3.send(new PutObjectCommand({ ...object, Body: "x" }));
  const calls = [
    new GetObjectAclCommand(object),
    new PutBucketLifecycleConfigurationCommand({
      ...bucket,
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", Filter: {}, Expiration: { Days: 1 } }] },
    }),
    new PutObjectCommand({ ...object, Body: "x", ServerSideEncryption: "aws:kms" }),
    new PutObjectCommand({ ...object, Body: "x", StorageClass: "GLACIER" }),
    new PutObjectCommand({ ...object, Body: "x", GrantRead: "id=1" }),
    new GetObjectCommand({ ...object, PartNumber: 1 }),
  ];
  for (const call of calls) {
    // The union of commands has no common overload of `send`.
    const send = store.s3.send.bind(store.s3) as (command: unknown) => Promise<unknown>;
    await expect(send(call)).rejects.toMatchObject(notImplemented);
  }
});

test("a public ACL is refused, as on a bucket whose owner owns every object", async () => {
  const put = new PutObjectCommand({ ...object, Body: "x", ACL: "public-read" });
  await expect(store.s3.send(put)).rejects.toMatchObject({ name: "AccessControlListNotSupported" });
});

test("policy, public access block and encryption are stored and returned unchanged", async () => {
  const { s3 } = store;
  await expect(s3.send(new GetBucketPolicyCommand(bucket))).rejects.toMatchObject({
    name: "NoSuchBucketPolicy",
  });
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await s3.send(new PutBucketPolicyCommand({ ...bucket, Policy }));
  expect((await s3.send(new GetBucketPolicyCommand(bucket))).Policy).toBe(Policy);
  await s3.send(new DeleteBucketPolicyCommand(bucket));
  await expect(s3.send(new GetBucketPolicyCommand(bucket))).rejects.toThrow();
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true, IgnorePublicAcls: false };
  await s3.send(new PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration }));
  const block = await s3.send(new GetPublicAccessBlockCommand(bucket));
  expect(block.PublicAccessBlockConfiguration).toEqual(PublicAccessBlockConfiguration);
  const rules = async () =>
    (await s3.send(new GetBucketEncryptionCommand(bucket))).ServerSideEncryptionConfiguration?.Rules;
  expect(await rules()).toMatchObject([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }]);
  const Rules = [
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" as const }, BucketKeyEnabled: true },
  ];
  await s3.send(new PutBucketEncryptionCommand({ ...bucket, ServerSideEncryptionConfiguration: { Rules } }));
  expect(await rules()).toEqual(Rules);
});

test("a request that expects another owner is refused", async () => {
  const head = (ExpectedBucketOwner: string) =>
    store.s3.send(new HeadBucketCommand({ ...bucket, ExpectedBucketOwner }));
  await head("000000000000");
  await expect(head("111122223333")).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
});

test("a bucket can be found, listed and deleted by its name", async () => {
  const { s3 } = store;
  expect((await s3.send(new HeadBucketCommand(bucket))).BucketRegion).toBe("eu-west-1");
  await s3.send(new CreateBucketCommand({ Bucket: "another" }));
  const names = async () => (await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
  expect(await names()).toEqual(["another", "bucket"]);
  await s3.send(new DeleteBucketCommand({ Bucket: "another" }));
  expect(await names()).toEqual(["bucket"]);
  await expect(s3.send(new CreateBucketCommand({ Bucket: "Not_Allowed" }))).rejects.toMatchObject({
    name: "InvalidBucketName",
  });
});

test("tags are set with a put or later, and a read returns their number", async () => {
  const { s3 } = store;
  await s3.send(new PutObjectCommand({ ...object, Body: "x", Tagging: "a=1&b=two%20words" }));
  const tags = async () => (await s3.send(new GetObjectTaggingCommand(object))).TagSet;
  expect(await tags()).toEqual([
    { Key: "a", Value: "1" },
    { Key: "b", Value: "two words" },
  ]);
  await s3.send(new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [{ Key: "c", Value: "" }] } }));
  expect(await tags()).toEqual([{ Key: "c", Value: "" }]);
  expect((await s3.send(new GetObjectCommand(object))).TagCount).toBe(1);
  await s3.send(new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [] } }));
  expect(await tags()).toEqual([]);
});

test("metadata above 2 KB and keys above 1024 bytes are refused", async () => {
  const { s3 } = store;
  const put = (Key: string, size: number) =>
    s3.send(new PutObjectCommand({ ...bucket, Key, Body: "x", Metadata: { a: "x".repeat(size) } }));
  await put("k", 2047);
  await expect(put("k", 2048)).rejects.toMatchObject({ name: "MetadataTooLarge" });
  await put("é".repeat(512), 1);
  await expect(put(`${"é".repeat(512)}x`, 1)).rejects.toMatchObject({ name: "KeyTooLongError" });
});

test("a copy onto itself that changes nothing is refused; with new metadata it is allowed", async () => {
  const { s3 } = store;
  await s3.send(new PutObjectCommand({ ...object, Body: "x" }));
  const copy = { ...object, CopySource: "bucket/k" };
  await expect(s3.send(new CopyObjectCommand(copy))).rejects.toMatchObject({ name: "InvalidRequest" });
  await s3.send(new CopyObjectCommand({ ...copy, MetadataDirective: "REPLACE", Metadata: { a: "b" } }));
  expect((await s3.send(new HeadObjectCommand(object))).Metadata).toEqual({ a: "b" });
});

test("uploads with lib-storage leave exactly their objects, and an aborted one leaves nothing", async () => {
  const { s3 } = store;
  const Body = Buffer.alloc(12 * 1024 * 1024 + 17);
  for (let at = 0; at < Body.length; at += 4096) Body.writeUInt32BE(at, at);
  await new Upload({ client: s3, params: { ...object, Body }, queueSize: 2 }).done();
  const got = await s3.send(new GetObjectCommand(object));
  expect(Body.equals(await (got.Body?.transformToByteArray() ?? Buffer.alloc(0)))).toBe(true);
  const start = 4 * 1024 * 1024 - 10;
  const Range = `bytes=${start}-${start + 4 * 1024 * 1024 + 20}`;
  const part = await s3.send(new GetObjectCommand({ ...object, Range }));
  const bytes = await part.Body?.transformToByteArray();
  expect(Body.subarray(start, start + 4 * 1024 * 1024 + 21).equals(bytes ?? Buffer.alloc(0))).toBe(true);
  const aborted = new Upload({ client: s3, params: { ...bucket, Key: "aborted", Body } });
  aborted.on("httpUploadProgress", () => void aborted.abort());
  await expect(aborted.done()).rejects.toThrow();
  // `done` rejects before the abort is sent.
  const underWay = async () => (await s3.send(new ListMultipartUploadsCommand(bucket))).Uploads ?? [];
  await until("the abort", async () => (await underWay()).length === 0);
  await expect(s3.send(new HeadObjectCommand({ ...bucket, Key: "aborted" }))).rejects.toThrow();
});

test("bucket and key are read from path or host", () => {
  const at = (host: string, path: string) => {
    const { bucket: name, key } = addressOf({ path, headers: { host } });
    return [name, key];
  };
  expect(at("127.0.0.1:4566", "/b/k/l%20m")).toEqual(["b", "k/l m"]);
  expect(at("localhost:4566", "/b")).toEqual(["b", ""]);
  expect(at("b.c.localhost:4566", "/k/l")).toEqual(["b.c", "k/l"]);
  expect(at("b.127.0.0.1:4566", "/")).toEqual(["b", ""]);
  expect(at("b.s3.localhost", "/k")).toEqual(["b", "k"]);
  expect(at("s3.localhost", "/b/k")).toEqual(["b", "k"]);
  expect(at("b.s3.eu-west-1.amazonaws.com", "/k")).toEqual(["b", "k"]);
  expect(at("s3.eu-west-1.amazonaws.com", "/b/k")).toEqual(["b", "k"]);
  expect(() => at("localhost", "/b/%zz")).toThrow("URI");
});
