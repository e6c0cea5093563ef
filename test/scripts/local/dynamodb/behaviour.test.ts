// The behaviour of the local DynamoDB that the ledger relies on. Where it differs from AWS, the test's name says so.
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type LocalDynamoDb, startDynamoDb } from "../../../../scripts/local/dynamodb/dynamodb.ts";
import { createTables } from "../../../../scripts/provision/tables.ts";

let database: LocalDynamoDb;
let client: DynamoDBClient;
let db: DynamoDBDocumentClient;
let streams: DynamoDBStreamsClient;
let TableName = "";
let tables = 0;

beforeAll(async () => {
  const { env, platform, arch } = process;
  database = await startDynamoDb({ environment: env, platform, arch, log: pino({ level: "silent" }) });
  const settings = {
    endpoint: database.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  client = new DynamoDBClient(settings);
  db = DynamoDBDocumentClient.from(client);
  streams = new DynamoDBStreamsClient(settings);
});
afterAll(async () => {
  client.destroy();
  streams.destroy();
  await database.close();
});
beforeEach(async () => {
  tables += 1;
  TableName = `table-${tables}`;
  const indexes = { recent: { partition: "kind", sort: "updatedAt" } };
  await createTables(client, [
    { name: TableName, key: { partition: "id" }, indexes, stream: true, timeToLive: "expiresAt" },
  ]);
});

const put = (Item: Record<string, unknown>) => db.send(new PutCommand({ TableName, Item }));
const get = async (id: string) => (await db.send(new GetCommand({ TableName, Key: { id } }))).Item;
const addOne = (id: string) => ({
  Update: {
    TableName,
    Key: { id },
    UpdateExpression: "ADD n :one",
    ExpressionAttributeValues: { ":one": 1 },
  },
});
const transact = (
  TransactItems: ConstructorParameters<typeof TransactWriteCommand>[0]["TransactItems"],
  more = {},
) => db.send(new TransactWriteCommand({ TransactItems, ...more }));

test("a transaction of put, update, delete and check is applied whole", async () => {
  await put({ id: "checked", fence: 3 });
  await put({ id: "deleted" });
  await transact([
    {
      ConditionCheck: {
        TableName,
        Key: { id: "checked" },
        ConditionExpression: "fence = :f",
        ExpressionAttributeValues: { ":f": 3 },
      },
    },
    { Put: { TableName, Item: { id: "put" } } },
    addOne("updated"),
    { Delete: { TableName, Key: { id: "deleted" } } },
  ]);
  expect([await get("put"), await get("updated"), await get("deleted")]).toEqual([
    { id: "put" },
    { id: "updated", n: 1 },
    undefined,
  ]);
});

test("one failed condition cancels the whole transaction, and the error has its position and item", async () => {
  await put({ id: "job", fence: 4, status: "running" });
  const failed = transact([
    addOne("counter"),
    {
      Put: {
        TableName,
        Item: { id: "job", fence: 3 },
        ConditionExpression: "fence = :f",
        ExpressionAttributeValues: { ":f": 3 },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
  ]);
  await expect(failed).rejects.toMatchObject({
    name: "TransactionCanceledException",
    CancellationReasons: [
      { Code: "None" },
      {
        Code: "ConditionalCheckFailed",
        Item: { id: { S: "job" }, fence: { N: "4" }, status: { S: "running" } },
      },
    ],
  });
  expect(await get("counter")).toBeUndefined();
});

test("an update whose condition fails returns the item on request", async () => {
  await put({ id: "job", fence: 4 });
  const update = (id: string) =>
    db.send(
      new UpdateCommand({
        TableName,
        Key: { id },
        UpdateExpression: "SET fence = :f",
        ConditionExpression: "fence < :f",
        ExpressionAttributeValues: { ":f": 1 },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
  await expect(update("job")).rejects.toMatchObject({
    name: "ConditionalCheckFailedException",
    Item: { id: { S: "job" }, fence: { N: "4" } },
  });
  const onNothing = await update("nothing").catch((error: { Item?: unknown }) => error.Item);
  expect(onNothing).toBeUndefined();
});

test("a transaction repeated with its token is applied once, and a changed one is refused", async () => {
  const token = { ClientRequestToken: "token-1" };
  await transact([addOne("n")], token);
  await transact([addOne("n")], token);
  expect(await get("n")).toEqual({ id: "n", n: 1 });
  await expect(transact([addOne("other")], token)).rejects.toMatchObject({
    name: "IdempotentParameterMismatchException",
  });
});

test("limits of a transaction hold: 100 actions, no item twice", async () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => addOne(`item-${index}`));
  await transact(many(100));
  await expect(transact(many(101))).rejects.toMatchObject({ name: "ValidationException" });
  await expect(transact([addOne("a"), addOne("a")])).rejects.toMatchObject({ name: "ValidationException" });
});

test("concurrent transactions on the same items all succeed, where AWS would cancel some", async () => {
  const settled = await Promise.allSettled(
    Array.from({ length: 30 }, () => transact([addOne("hot"), addOne("hotter")])),
  );
  expect(settled.filter((result) => result.status === "rejected")).toEqual([]);
  expect([await get("hot"), await get("hotter")]).toMatchObject([{ n: 30 }, { n: 30 }]);
});

test("an index lists the newest first and reflects every write", async () => {
  for (const day of ["1", "3", "2"]) await put({ id: day, kind: "k", updatedAt: day });
  await transact([{ Put: { TableName, Item: { id: "1", kind: "k", updatedAt: "4" } } }]);
  const { Items } = await db.send(
    new QueryCommand({
      TableName,
      IndexName: "recent",
      KeyConditionExpression: "kind = :k",
      ExpressionAttributeValues: { ":k": "k" },
      ScanIndexForward: false,
      Limit: 2,
    }),
  );
  expect(Items?.map((item) => item.id)).toEqual(["1", "3"]);
});

test("a stream has inserts, changes and removals with both images, including those of transactions", async () => {
  await put({ id: "a", n: 1 });
  await transact([addOne("a"), { Put: { TableName, Item: { id: "b" } } }]);
  await transact([{ Delete: { TableName, Key: { id: "b" } } }]);
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({
      StreamArn,
      ShardId: StreamDescription?.Shards?.[0]?.ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    }),
  );
  const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  const seen = Records?.map(({ eventName, dynamodb }) => [
    eventName,
    dynamodb?.OldImage?.n?.N,
    dynamodb?.NewImage?.n?.N,
  ]);
  expect(seen).toEqual([
    ["INSERT", undefined, "1"],
    ["MODIFY", "1", "2"],
    ["INSERT", undefined, undefined],
    ["REMOVE", undefined, undefined],
  ]);
});
