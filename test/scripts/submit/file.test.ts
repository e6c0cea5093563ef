// submit of files that are neither pictures nor mails: what is sent, and that its job is the one that was announced.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileResultSchema } from "../../../scripts/status/results.ts";
import { submitFile } from "../../../scripts/submit/file.ts";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type FileCloud, startFileCloud } from "../../support/files/file-cloud.ts";
import { never, silent } from "../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: FileCloud;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-submit-file-"));
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["detect-type"] });
  cloud = await startFileCloud(sandbox, "submit-file");
});

afterAll(async () => {
  await cloud.close();
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const fileWith = async (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

test.each([
  ["small", Buffer.from("%PDF-1.7 a story"), "application/pdf"],
  ["large, in parts", Buffer.alloc(17 * 1024 * 1024, "text "), "text/plain"],
])(
  "a %s file becomes the file of its owner, by the job whose id was printed",
  async (_, content, contentType) => {
    const path = await fileWith("Übersicht #1.pdf", content);
    const jobId = await submitFile(cloud, { from: "other-file", path, owner: "ada" }, never);
    const upload = (await cloud.all("uploads")).find(({ state }) => state === "issued");
    const [version] = await cloud.versions("incoming", String(upload?.key));
    const uploaded = { bucket: cloud.names.buckets.incoming, key: String(upload?.key), owner: "ada" };
    const outcome = await cloud.store({
      ...uploaded,
      versionId: version?.versionId ?? "",
      size: content.length,
    });
    expect(outcome).toMatchObject({ outcome: "completed", jobId });
    const result = fileResultSchema.parse((await cloud.row("jobs", { jobId }))?.result);
    expect(result).toMatchObject({ name: "Übersicht #1.pdf", bytes: content.length, contentType });
    expect(await cloud.fileRow(result.fileId)).toMatchObject({ owner: "ada", state: "ready" });
  },
);
