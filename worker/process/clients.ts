// The worker's AWS clients, made once. Long polls have sockets of their own, so that they never hold up a heartbeat
// or a delete; retries and timeouts are set here and nowhere else.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** All clients of a worker. */
export type WorkerClients = {
  /** For receives only. */
  sqsReceive: SQSClient;
  /** For heartbeats, deletes, releases and dead letters. */
  sqs: SQSClient;
  s3: S3Client;
  db: DynamoDBDocumentClient;
  /** Asks once: SES has no way to tell a repeated call from a second mail. */
  ses: SESv2Client;
  autoScaling: AutoScalingClient;
  destroy: () => void;
};

/** What making clients needs. */
export type ClientOptions = {
  region: string;
  /** True where an endpoint is configured: the SQS client would otherwise follow the queue URL's host. */
  endpointGiven: boolean;
  /** Receives that may be under way at once. */
  receives: number;
  /** Jobs at once; every job may hold several sockets. */
  slots: number;
  /** How long SQS and DynamoDB may take to answer before the call is repeated; a long poll has 30 seconds. */
  answerWithinMs?: number;
  /** How long SES may take to answer before nobody knows what it did. */
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
  // Unless told to throw, the handler only warns of a request that takes too long and waits for ever.
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
    // Builds the chain of middleware once a command class, not once a call. Not for DynamoDB: the document client's
    // chains hold the command they were built for.
    cacheMiddleware: true,
  };
  const sqsReceive = new SQSClient({ ...sqsSettings, requestHandler: http(receives + 4, 30_000) });
  const sqs = new SQSClient({ ...sqsSettings, maxAttempts: 4, requestHandler: http(32, answerWithinMs) });
  const s3 = new S3Client({
    region,
    forcePathStyle: endpointGiven,
    // A large object may take its time as long as bytes move; the job's own signal bounds the whole.
    requestHandler: new NodeHttpHandler({ ...sockets(Math.max(16, slots * 4)), socketTimeout: 30_000 }),
    // Jobs verify the bytes they read by their own hash; validating twice costs a fifth of a get.
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const dynamo = new DynamoDBClient({
    region,
    maxAttempts: 6,
    requestHandler: http(Math.max(16, slots * 2), answerWithinMs),
  });
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  const ses = new SESv2Client({
    region,
    maxAttempts: 1,
    // A connection of its own for every mail: one that was kept may break just as a mail goes out, and then nobody knows.
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
  // It copies every input and output for a logger that nobody sets.
  for (const { middlewareStack } of all) middlewareStack.remove("loggerMiddleware");
  const destroy = () => {
    for (const client of all) client.destroy();
  };
  return { sqsReceive, sqs, s3, db, ses, autoScaling, destroy };
}
