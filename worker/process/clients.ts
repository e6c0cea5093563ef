// The worker's AWS clients, made once. Long polls have their own sockets, so that they never delay a heartbeat or a delete.
// Retries and timeouts are set here and nowhere else.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { S3Client } from "@aws-sdk/client-s3";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { closingHandler } from "./closing-handler.ts";
import { leanDynamoDb, leanSqs } from "./lean/lean-calls.ts";
import { leanS3 } from "./lean/lean-s3.ts";

/** All clients of a worker. */
export type WorkerClients = {
  /** For receives only. */
  sqsReceive: SQSClient;
  /** For heartbeats, deletes, returns and dead letters. */
  sqs: SQSClient;
  s3: S3Client;
  db: DynamoDBDocumentClient;
  /** Calls once: SES cannot tell a repeated call from a second mail. */
  ses: SESv2Client;
  autoScaling: AutoScalingClient;
  destroy: () => void;
};

/** How the clients are set up. */
export type ClientOptions = {
  region: string;
  /** True when an endpoint is configured; otherwise the SQS client uses the host of the queue URL. */
  endpointGiven: boolean;
  /** Receives that may be under way at once. */
  receives: number;
  /** Jobs that run at once; a job may use several sockets. */
  slots: number;
  /** How long SQS and DynamoDB may take to answer before the call is repeated, milliseconds; a long poll has 30 seconds. */
  answerWithinMs?: number;
  /** How long SES may take to answer, milliseconds; after that its outcome is unknown. */
  mailAnswerWithinMs?: number;
};

/** Makes the clients; endpoints and credentials come from the SDK's own environment variables. */
export function createClients({
  region,
  endpointGiven,
  receives,
  slots,
  answerWithinMs = 6000,
  mailAnswerWithinMs = 10_000,
}: ClientOptions): WorkerClients {
  const sockets = (maxSockets: number) => ({
    httpAgent: { maxSockets },
    httpsAgent: { maxSockets },
    connectionTimeout: 3000,
  });
  // By default the handler only warns about a request that takes too long, and waits forever.
  const http = (maxSockets: number, requestTimeout: number) =>
    new NodeHttpHandler({
      ...sockets(maxSockets),
      requestTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeout,
    });
  const sqsSettings = {
    region,
    ...(endpointGiven && { useQueueUrlAsEndpoint: false }),
    // Builds the middleware chain once per command class instead of once per call. Not for DynamoDB: the document client's
    // chains keep the command they were built for.
    cacheMiddleware: true,
  };
  const sqsReceive = leanSqs({
    ...sqsSettings,
    requestHandler: closingHandler(http(receives + 4, 30_000)),
  });
  const sqs = leanSqs({ ...sqsSettings, maxAttempts: 4, requestHandler: http(32, answerWithinMs) });
  const s3 = leanS3({
    region,
    forcePathStyle: endpointGiven,
    // A large object may take long as long as bytes move; the job's own signal bounds the whole transfer.
    requestHandler: new NodeHttpHandler({ ...sockets(Math.max(16, slots * 4)), socketTimeout: 30_000 }),
    // Jobs verify what they read by their own hash. Validating twice costs a fifth of a get.
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const dynamo = leanDynamoDb({
    region,
    maxAttempts: 6,
    requestHandler: http(Math.max(16, slots * 2), answerWithinMs),
  });
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
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
  const autoScaling = new AutoScalingClient({ region });
  const all = [sqsReceive, sqs, s3, dynamo, ses, autoScaling];
  // It copies every input and output for a logger that is never set.
  for (const { middlewareStack } of all) middlewareStack.remove("loggerMiddleware");
  const destroy = () => {
    for (const client of all) client.destroy();
  };
  return { sqsReceive, sqs, s3, db, ses, autoScaling, destroy };
}
