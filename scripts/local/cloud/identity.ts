// The laptop's one region, account and pair of credentials, and clients that use them.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Environment variables for any AWS SDK to use the local cloud; the endpoint is added to them. */
export const localEnvironment = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
} as const;

/** The account that owns everything. */
export const localAccountId = "000000000000";

/** Clients of the local cloud for its own parts, such as the scaler and the console. */
export type LocalClients = {
  sqs: SQSClient;
  sns: SNSClient;
  s3: S3Client;
  dynamo: DynamoDBClient;
  db: DynamoDBDocumentClient;
  streams: DynamoDBStreamsClient;
  cloudWatch: CloudWatchClient;
  autoScaling: AutoScalingClient;
  destroy: () => void;
};

type AnyClient = { middlewareStack: { remove: (middleware: string) => boolean }; destroy: () => void };

/** Creates the clients; `destroy` closes their connections. */
export function localClients(endpoint: string): LocalClients {
  const {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = localEnvironment;
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  // Builds the middleware chain once per command class. Not for DynamoDB, see worker/process/clients.ts.
  const cached = { ...settings, cacheMiddleware: true };
  const sqs = new SQSClient({ ...cached, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(cached);
  const s3 = new S3Client({ ...cached, forcePathStyle: true });
  const dynamo = new DynamoDBClient(settings);
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  const streams = new DynamoDBStreamsClient(settings);
  const cloudWatch = new CloudWatchClient(settings);
  const autoScaling = new AutoScalingClient(settings);
  const all: readonly AnyClient[] = [sqs, sns, s3, dynamo, streams, cloudWatch, autoScaling];
  // It copies every input and output for a logger that is never set.
  for (const { middlewareStack } of all) middlewareStack.remove("loggerMiddleware");
  const destroy = () => {
    for (const client of all) client.destroy();
  };
  return { sqs, sns, s3, dynamo, db, streams, cloudWatch, autoScaling, destroy };
}
