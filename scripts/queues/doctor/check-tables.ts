// The tables: keys, indexes, streams and expiry as the code expects them, and the buckets.
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ResourceNotFoundException,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { type TableDefinition, type TableKey, tableDefinitions } from "../../../worker/fleet/tables.ts";
import { counted } from "../../cli/format.ts";
import { type Check, type Examined, type Finding, failure, fine, summed, wrong } from "./finding.ts";

const name = "tables";
const deploy =
  "deploy the fleet anew (npx cdk deploy --all), or npm run provision at an endpoint that is not AWS";

export const checkTables: Check = {
  name,
  look: async ({ target }) => {
    const dynamo = new DynamoDBClient(target.settingsFor("DYNAMODB"));
    try {
      const definitions = tableDefinitions(target.names);
      const found = await Promise.all(
        definitions.map((definition) => describe(dynamo, target.where, definition)),
      );
      return summed(name, `${counted(definitions.length, "table")} with their indexes`, found.flat());
    } finally {
      dynamo.destroy();
    }
  },
};

async function describe(dynamo: DynamoDBClient, where: string, wanted: TableDefinition): Promise<Finding[]> {
  try {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: wanted.name }));
    const shape = judge(wanted, Table ?? {});
    return wanted.timeToLive === undefined ? shape : [...shape, await expiry(dynamo, wanted)];
  } catch (error) {
    if (error instanceof ResourceNotFoundException)
      return [wrong(name, `there is no table ${wanted.name}`, deploy)];
    return [failure(name, error, { where, right: "dynamodb:DescribeTable and DescribeTimeToLive" })];
  }
}

async function expiry(
  dynamo: DynamoDBClient,
  { name: table, timeToLive }: TableDefinition,
): Promise<Finding> {
  const { TimeToLiveDescription: is } = await dynamo.send(
    new DescribeTimeToLiveCommand({ TableName: table }),
  );
  return is?.AttributeName === timeToLive
    ? fine(name, table)
    : wrong(name, `${table}: rows do not expire by ${timeToLive}, so it grows for ever`, deploy);
}

function judge(
  { name: table, key, indexes = {}, stream = false }: TableDefinition,
  is: TableDescription,
): Finding[] {
  const problems = [
    ...(is.TableStatus === "ACTIVE" || is.TableStatus === "UPDATING" ? [] : [`it is ${is.TableStatus}`]),
    ...(sameKey(key, is.KeySchema) ? [] : ["it has another key"]),
    ...Object.entries(indexes).flatMap(([index, indexKey]) => {
      const found = is.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index);
      if (found === undefined) return [`it lacks the index ${index}`];
      if (!sameKey(indexKey, found.KeySchema)) return [`its index ${index} has another key`];
      return (found.IndexStatus ?? "ACTIVE") === "ACTIVE"
        ? []
        : [`its index ${index} is ${found.IndexStatus}`];
    }),
    ...(stream && is.StreamSpecification?.StreamEnabled !== true ? ["its stream is off"] : []),
  ];
  return problems.length === 0
    ? [fine(name, table)]
    : problems.map((problem) => wrong(name, `${table}: ${problem}`, deploy));
}

function sameKey({ partition, sort }: TableKey, schema: readonly KeySchemaElement[] = []): boolean {
  const named = (type: string) => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return named("HASH") === partition && named("RANGE") === sort;
}

export const checkBuckets: Check = {
  name: "buckets",
  look: async ({ target }: Examined) => {
    const buckets = Object.values(target.names.buckets);
    const found = await Promise.all(
      buckets.map(async (Bucket) => {
        try {
          await target.s3.send(new HeadBucketCommand({ Bucket }));
          return fine("buckets", Bucket);
        } catch (error) {
          if (error instanceof Error && ["NotFound", "NoSuchBucket"].includes(error.name))
            return wrong(
              "buckets",
              `there is no bucket ${Bucket}`,
              "check FLEET_BUCKET_SUFFIX (on AWS -ACCOUNT-REGION)",
            );
          return failure("buckets", error, { where: target.where, right: "s3:ListBucket" });
        }
      }),
    );
    return summed("buckets", counted(buckets.length, "bucket"), found);
  },
};
