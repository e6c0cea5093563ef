// The peer: a bare loop that gets an object, hashes it and puts it at its new place. Checks nothing, records nothing.
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { localClients } from "../../../local/cloud/identity.ts";
import { type LoopPlan, serveLoop } from "../jobs/loop.ts";

await serveLoop(async ({ folder, names, url }: LoopPlan) => {
  const { s3 } = localClients(String(url));
  const Bucket = `bench-${randomUUID().slice(0, 8)}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const [name = ""] = names;
  await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: await readFile(join(folder, name)) }));
  return async (_, index) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "source" }));
    const bytes = await Body?.transformToByteArray();
    if (bytes === undefined) throw new Error("the object has no body");
    createHash("sha256").update(bytes).digest();
    await s3.send(new PutObjectCommand({ Bucket, Key: String(index), Body: bytes }));
  };
});
