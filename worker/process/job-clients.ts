// The clients that only jobs need, S3's and SES's, and all clients of a worker. A worker loads this file once it receives.
import type { S3Client } from "@aws-sdk/client-s3";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type ClientOptions, createQueueClients, type QueueClients, slim, sockets } from "./clients.ts";
import { leanS3 } from "./lean/lean-s3.ts";

/** Clients of jobs. */
export type JobClients = {
  s3: S3Client;
  /** Calls once: SES cannot tell a repeated call from a second mail. */
  ses: SESv2Client;
  destroy: () => void;
};

/** Makes the clients of jobs; endpoints and credentials come from the SDK's own environment variables. */
export function createJobClients({
  region,
  endpointGiven,
  slots,
  mailAnswerWithinMs = 10_000,
}: ClientOptions): JobClients {
  const s3 = leanS3({
    region,
    forcePathStyle: endpointGiven,
    // A large object may take long as long as bytes move; the job's own signal bounds the whole transfer.
    requestHandler: new NodeHttpHandler({ ...sockets(Math.max(16, slots * 4)), socketTimeout: 30_000 }),
    // Jobs verify what they read by their own hash. Validating twice costs a fifth of a get.
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const ses = new SESv2Client({
    region,
    maxAttempts: 1,
    // A new connection for every mail: a kept one may break just as a mail is sent, which makes the mail ambiguous.
    requestHandler: new NodeHttpHandler({
      ...sockets(Math.max(16, slots)),
      httpAgent: { keepAlive: false, maxSockets: Math.max(16, slots) },
      httpsAgent: { keepAlive: false, maxSockets: Math.max(16, slots) },
      requestTimeout: mailAnswerWithinMs,
      throwOnRequestTimeout: true,
      socketTimeout: mailAnswerWithinMs,
    }),
  });
  return { s3, ses, destroy: slim(s3, ses) };
}

/** Makes all clients at once, for programs that need not start fast. */
export function createClients(options: ClientOptions): QueueClients & JobClients {
  const [queues, jobs] = [createQueueClients(options), createJobClients(options)];
  const destroy = () => {
    queues.destroy();
    jobs.destroy();
  };
  return { ...queues, ...jobs, destroy };
}
