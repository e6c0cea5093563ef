// The AWS clients without which a worker receives nothing, made once. Long polls have their own sockets, so that they never delay a
// heartbeat or a delete. Retries and timeouts are set here and in job-clients.ts, and nowhere else.
import type { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { closingHandler } from "./closing-handler.ts";
import { leanDynamoDb, leanSqs } from "./lean/lean-calls.ts";

/** Clients for queues, ledger and the worker's own rows. */
export type QueueClients = {
  /** For receives only. */
  sqsReceive: SQSClient;
  /** For heartbeats, deletes, returns and dead letters. */
  sqs: SQSClient;
  db: DynamoDBDocumentClient;
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

/** The settings of a handler that keeps up to so many connections. */
export const sockets = (maxSockets: number) => ({
  httpAgent: { maxSockets },
  httpsAgent: { maxSockets },
  connectionTimeout: 3000,
});

/** Makes the clients; endpoints and credentials come from the SDK's own environment variables. */
export function createQueueClients({
  region,
  endpointGiven,
  receives,
  slots,
  answerWithinMs = 6000,
}: ClientOptions): QueueClients {
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
  const dynamo = leanDynamoDb({
    region,
    maxAttempts: 6,
    requestHandler: http(Math.max(16, slots * 2), answerWithinMs),
  });
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  return { sqsReceive, sqs, db, destroy: slim(sqsReceive, sqs, dynamo) };
}

/** The part of an SDK client that `slim` uses. */
type SlimClient = { middlewareStack: { remove: (name: string) => boolean }; destroy: () => void };

/** Takes off what the worker never uses; returns a function that destroys these clients. */
export function slim(...clients: readonly SlimClient[]): () => void {
  // It copies every input and output for a logger that is never set.
  for (const { middlewareStack } of clients) middlewareStack.remove("loggerMiddleware");
  return () => {
    for (const client of clients) client.destroy();
  };
}
