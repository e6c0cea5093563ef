// A worker in an image that lacks a part of it: it may be ready for a moment, but it drains by itself and fails.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { bundleWorker } from "../../../scripts/build/bundle-worker.ts";
import { type Cloud, startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { createQueues } from "../../../scripts/provision/queues.ts";
import { catalog, type JobKind } from "../../../worker/jobs/catalog.ts";
import { clientSettings } from "../../support/cloud.ts";

let cloud: Cloud;
let image: string;
beforeAll(async () => {
  cloud = await startCloud({ port: 0 });
  const sqs = new SQSClient(clientSettings(cloud));
  for (const kind of ["count-words", "parse-mail", "resize-image"] as const)
    await createQueues(sqs, "test", catalog[kind]);
  sqs.destroy();
  // Away from the project, so that it has no packages but those that are in it: sharp is missing.
  image = await mkdtemp(join(tmpdir(), "broken-image-"));
  await bundleWorker(resolve(import.meta.dirname, "../../.."), image);
});
afterAll(async () => {
  await cloud.close();
  await rm(image, { recursive: true });
});

/** Starts the image's worker for a kind; resolves to its exit code and its output. */
async function run(kind: JobKind): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(image, "main.js"), "--jobs", kind], {
    env: {
      ...{ PATH: process.env.PATH, FLEET_NAME: "test", FLEET_WAIT_SECONDS: "1", FLEET_DECODERS: "1" },
      ...{ AWS_REGION: cloud.region, AWS_ENDPOINT_URL: cloud.url },
      ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      output += text.toString();
    });
  const code = await new Promise<number | null>((ended) => child.once("close", ended));
  return { code, output };
}

test("a worker whose children cannot load a decoder drains and exits 1", async () => {
  const { code, output } = await run("resize-image");
  expect(code).toBe(1);
  expect(output).toContain("jobs cannot be loaded");
  expect(output).toContain("Cannot find package 'sharp'");
  expect(output).toContain('"worker drained"');
});

test("a worker without the code of its jobs drains and exits 1", async () => {
  for (const file of await readdir(image)) if (/^handlers-\w+\.js$/.test(file)) await rm(join(image, file));
  const { code, output } = await run("count-words");
  expect(code).toBe(1);
  expect(output).toMatch(/Cannot find module .*handlers-/);
  expect(output).toContain('"worker drained"');
});
