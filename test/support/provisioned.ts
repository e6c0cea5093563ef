// A local cloud in which tests provision fleets of their own, for tests of what reads and writes them.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { type Cloud, startCloud } from "../../scripts/local/cloud/cloud.ts";
import { startDynamoDb } from "../../scripts/local/dynamodb/dynamodb.ts";
import { ssmService } from "../../scripts/local/ssm/service.ts";
import { createQueues } from "../../scripts/provision/queues.ts";
import { createTables } from "../../scripts/provision/tables.ts";
import { createBuckets } from "../../scripts/provision/uploads.ts";
import { type ResourceNames, resourceNames } from "../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../worker/fleet/tables.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import { clientSettings } from "./cloud.ts";

/** A logger that writes nothing. */
export const silentLog = pino({ level: "silent" });

export type Provisioned = {
  cloud: Cloud;
  /** Creates the queues, tables and buckets of a fleet. */
  provision: (fleet: string) => Promise<ResourceNames>;
  sqs: SQSClient;
  s3: S3Client;
  db: DynamoDBDocumentClient;
  close: () => Promise<void>;
};

/** Starts it on the real clock; the caller closes it when the test ends. */
export async function startProvisioned(): Promise<Provisioned> {
  const { platform, arch, env } = process;
  const database = await startDynamoDb({ environment: env, platform, arch, log: silentLog });
  const place = { region: "eu-west-1", accountId: "000000000000" };
  const extraServices = [ssmService(new Map(), place)];
  const cloud = await startCloud({ port: 0, ...place, dynamoEndpoint: database.endpoint, extraServices });
  const settings = clientSettings(cloud);
  const sqs = new SQSClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const dynamo = new DynamoDBClient(settings);
  return {
    cloud,
    provision: async (fleet) => {
      const names = resourceNames(fleet);
      await createTables(dynamo, tableDefinitions(names));
      for (const job of Object.values(catalog)) await createQueues(sqs, fleet, job);
      await createBuckets(s3, names);
      return names;
    },
    sqs,
    s3,
    db: DynamoDBDocumentClient.from(dynamo),
    close: async () => {
      sqs.destroy();
      s3.destroy();
      dynamo.destroy();
      await cloud.close();
      await database.close();
    },
  };
}
