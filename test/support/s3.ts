// An object store behind a gateway of its own, whose events a test can read, hold up or refuse.
import { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../../scripts/local/clock/clock.ts";
import { startGateway } from "../../scripts/local/gateway/gateway.ts";
import type { Publish } from "../../scripts/local/s3/events/outbox.ts";
import { createS3, type S3Options } from "../../scripts/local/s3/s3.ts";

/** Settings of a client that reaches the object store at `url`. */
export function s3Settings(url: string) {
  return {
    endpoint: url,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
    forcePathStyle: true,
    maxAttempts: 1,
  };
}

/** Starts an object store that knows the access key `AKIDTEST`; the caller closes it. */
export async function startTestS3(
  options: { clock?: Clock; dataDir?: string; publish?: Publish } & Partial<S3Options> = {},
) {
  const service = createS3({
    credentials: (accessKeyId) => (accessKeyId === "AKIDTEST" ? "secret" : undefined),
    publish: async () => undefined,
    ...options,
  });
  const gateway = await startGateway({ port: 0, services: [service] });
  const s3 = new S3Client(s3Settings(gateway.url));
  return {
    s3,
    service,
    url: gateway.url,
    faults: gateway.faults,
    close: async () => {
      s3.destroy();
      await gateway.close();
    },
  };
}
