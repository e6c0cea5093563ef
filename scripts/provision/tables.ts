// Creates tables at any DynamoDB endpoint from their definitions (worker/fleet/tables.ts).
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type Projection,
  ResourceInUseException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { FleetError } from "../../worker/fleet/errors.ts";
import type { TableDefinition, TableIndex, TableKey } from "../../worker/fleet/tables.ts";

/** A table of that name exists with other keys or indexes. An older version made it; it must be removed by hand. */
export class TableDiffers extends FleetError {
  constructor(name: string, found: string, wanted: string) {
    super(
      `table ${name} exists as ${found} but should be ${wanted}; delete it or start with an empty data folder`,
    );
  }
}

function keySchema({ partition, sort }: TableKey): KeySchemaElement[] {
  const range: KeySchemaElement[] = sort === undefined ? [] : [{ AttributeName: sort, KeyType: "RANGE" }];
  return [{ AttributeName: partition, KeyType: "HASH" }, ...range];
}

function projection({ only }: TableIndex): Projection {
  if (only === undefined) return { ProjectionType: "ALL" };
  if (only.length === 0) return { ProjectionType: "KEYS_ONLY" };
  return { ProjectionType: "INCLUDE", NonKeyAttributes: [...only] };
}

/** What makes a table: the input of CreateTable. */
export function tableInput({
  name,
  key,
  indexes = {},
  stream = false,
}: TableDefinition): CreateTableCommandInput {
  const types = new Map<string, "S" | "N">();
  for (const { partition, sort, sortType = "S" } of [key, ...Object.values(indexes)]) {
    types.set(partition, "S");
    if (sort !== undefined) types.set(sort, sortType);
  }
  const secondary = Object.entries(indexes).map(([indexName, indexKey]) => ({
    IndexName: indexName,
    KeySchema: keySchema(indexKey),
    Projection: projection(indexKey),
  }));
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(key),
    ...(secondary.length > 0 && { GlobalSecondaryIndexes: secondary }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } }),
  };
}

/** A table's keys, indexes and stream in one line, to compare them and to show them in the error. */
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
  const input = tableInput(definition);
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
 * Creates the tables that do not exist yet and waits until they can be used. Repeating it changes nothing.
 * @throws TableDiffers when one exists with other keys, indexes or stream
 */
export async function createTables(
  db: DynamoDBClient,
  definitions: readonly TableDefinition[],
): Promise<void> {
  await Promise.all(definitions.map((definition) => createTable(db, definition)));
}
