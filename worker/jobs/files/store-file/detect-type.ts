// The worker's side of the task `detect-type`: fetches the first bytes, runs the task, checks its answer.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import * as z from "zod";
import type { JobContext } from "../../../engine/job/handler.ts";
import { SandboxFailure, type SandboxLimits } from "../../../engine/sandbox/sandbox.ts";
import { sourceFile } from "../../shared/decode-untrusted.ts";
import { type ObjectVersion, SourceIncomplete } from "../../shared/source-object.ts";
import { headBytes } from "./child/contract.ts";

const limits: SandboxLimits = {
  deadlineMs: 20_000,
  memoryBytes: 256 * 1024 ** 2,
  outputBytes: 1024 ** 2,
};

/** The answer comes from an untrusted process. */
const answerSchema = z.object({
  contentType: z
    .string()
    .max(127)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/),
});

/** The first bytes of an object. */
export async function readHead(
  { bucket, key, versionId }: ObjectVersion,
  bytes: number,
  { s3, signal }: JobContext,
): Promise<Buffer> {
  // S3 refuses every range of an empty object.
  if (bytes === 0) return Buffer.alloc(0);
  const Range = `bytes=0-${Math.min(bytes, headBytes) - 1}`;
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, Range });
  const { Body } = await s3.send(get, { abortSignal: signal });
  if (!(Body instanceof Readable)) throw new SourceIncomplete("the response has no body");
  const head = await buffer(Body);
  if (head.length !== Math.min(bytes, headBytes))
    throw new SourceIncomplete("the first bytes are incomplete");
  return head;
}

/** From this run on, bytes that break the detector are of no known type. */
const lastRun = 2;

/** The content type by the first bytes. @throws SandboxFailure when a retry may help */
export async function detectType(
  head: Buffer,
  { sandbox, signal, run }: Pick<JobContext, "sandbox" | "signal" | "run">,
): Promise<string> {
  await using directory = await sandbox.directory();
  writeFileSync(join(directory.path, sourceFile), head);
  try {
    const task = { task: "detect-type", input: { file: sourceFile } };
    return answerSchema.parse(await sandbox.run(task, { directory, limits, signal })).contentType;
  } catch (error) {
    const ofBytes =
      error instanceof SandboxFailure ? error.reason !== "aborted" : error instanceof z.ZodError;
    if (!ofBytes || run < lastRun) throw error;
    return "application/octet-stream";
  }
}
