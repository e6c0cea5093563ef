// The fleet's tables as data, and the one function that creates them. Every key is a string.
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { FleetError } from "../../../worker/errors.ts";
import type { ResourceNames } from "../../../worker/resources.ts";

/** The attributes of a key; names are those in the items. */
export type TableKey = { partition: string; sort?: string };

/** A table: its key, its global secondary indexes (all attributes projected), and whether its changes are streamed. */
export type TableDefinition = {
  name: string;
  key: TableKey;
  indexes?: Readonly<Record<string, TableKey>>;
  /** Streams carry new and old images. Local streams slow down after tens of thousands of records. */
  stream?: boolean;
  /** Attribute with epoch seconds after which DynamoDB may delete the item. The local program never does. */
  timeToLive?: string;
};

/** A table of that name exists with another key or other indexes: an older state, to be removed by hand. */
export class TableDiffers extends FleetError {
  constructor(name: string, found: string, wanted: string) {
    super(
      `table ${name} exists as ${found}, wanted is ${wanted}; delete it or start with an empty data folder`,
    );
  }
}

/** The tables of a fleet. */
export function tableDefinitions({ tables }: ResourceNames): TableDefinition[] {
  return [
    {
      name: tables.jobs,
      key: { partition: "jobId" },
      indexes: { ended: { partition: "endedShard", sort: "endedAt" } },
      timeToLive: "expiresAt",
    },
    { name: tables.workers, key: { partition: "workerId" }, timeToLive: "expiresAt" },
    {
      name: tables.images,
      key: { partition: "id" },
      indexes: { newest: { partition: "owner", sort: "createdAt" } },
    },
    { name: tables.albums, key: { partition: "album" }, stream: true },
    { name: tables.albumPictures, key: { partition: "album", sort: "ordinal" } },
    { name: tables.sheets, key: { partition: "album", sort: "threshold" } },
    { name: tables.uploads, key: { partition: "id" }, timeToLive: "expiresAt" },
    {
      name: tables.outbox,
      key: { partition: "id" },
      // Sparse: relayed rows lose `pending` and are not in it.
      indexes: { pending: { partition: "pending", sort: "dueAt" } },
      stream: true,
      timeToLive: "expiresAt",
    },
    {
      name: tables.submissions,
      key: { partition: "id" },
      // Sparse: the rows of references have no state.
      indexes: { byState: { partition: "state", sort: "receivedAt" } },
    },
  ];
}

function keySchema({ partition, sort }: TableKey): KeySchemaElement[] {
  const range: KeySchemaElement[] = sort === undefined ? [] : [{ AttributeName: sort, KeyType: "RANGE" }];
  return [{ AttributeName: partition, KeyType: "HASH" }, ...range];
}

function createInput({ name, key, indexes = {}, stream = false }: TableDefinition): CreateTableCommandInput {
  const keys = [key, ...Object.values(indexes)].flatMap(({ partition, sort }) => [
    partition,
    sort ?? partition,
  ]);
  const secondary = Object.entries(indexes).map(([indexName, indexKey]) => ({
    IndexName: indexName,
    KeySchema: keySchema(indexKey),
    Projection: { ProjectionType: "ALL" as const },
  }));
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...new Set(keys)].map((attribute) => ({
      AttributeName: attribute,
      AttributeType: "S",
    })),
    KeySchema: keySchema(key),
    ...(secondary.length > 0 && { GlobalSecondaryIndexes: secondary }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } }),
  };
}

/** A table's keys, indexes and stream in one line, for comparing and for the error's text. */
function shapeOf(table: CreateTableCommandInput | TableDescription): string {
  const keyText = (schema: readonly KeySchemaElement[] = []) =>
    schema.map((element) => `${element.AttributeName}`).join("+");
  const indexes = [...(table.GlobalSecondaryIndexes ?? [])]
    .map((index) => `${index.IndexName}(${keyText(index.KeySchema)})`)
    .sort();
  const stream = table.StreamSpecification?.StreamEnabled === true ? ["stream"] : [];
  return [keyText(table.KeySchema), ...indexes, ...stream].join(" ");
}

async function createTable(db: DynamoDBClient, definition: TableDefinition): Promise<void> {
  const input = createInput(definition);
  try {
    await db.send(new CreateTableCommand(input));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    const { Table: found } = await db.send(new DescribeTableCommand({ TableName: definition.name }));
    const [is, wanted] = [shapeOf(found ?? {}), shapeOf(input)];
    if (is !== wanted) throw new TableDiffers(definition.name, is, wanted);
    return;
  }
  await waitUntilTableExists(
    { client: db, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
    { TableName: definition.name },
  );
  if (definition.timeToLive === undefined) return;
  await db.send(
    new UpdateTimeToLiveCommand({
      TableName: definition.name,
      TimeToLiveSpecification: { Enabled: true, AttributeName: definition.timeToLive },
    }),
  );
}

/**
 * Creates the tables that do not exist yet and waits until they can be used; repeating it changes nothing.
 * @throws TableDiffers when one exists with other keys, indexes or stream
 */
export async function createTables(
  db: DynamoDBClient,
  definitions: readonly TableDefinition[],
): Promise<void> {
  await Promise.all(definitions.map((definition) => createTable(db, definition)));
}
