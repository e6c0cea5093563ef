// Turns on the tables' protection against deletion, as the last step of a deployment. Templates cannot: what a first
// deployment that failed could not delete again, the next one would find in its way.
import { DescribeTableCommand, type DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";

/**
 * Protects every table that is not.
 * @returns the tables that were not. If one cannot be protected, these are unprotected again, so that CloudFormation can
 *   delete those that it has just made.
 * @throws the first error of DynamoDB
 */
export async function protectTables(client: DynamoDBClient, tables: readonly string[]): Promise<string[]> {
  const changed: string[] = [];
  try {
    for (const table of tables) {
      if (await isProtected(client, table)) continue;
      await setProtection(client, table, true);
      changed.push(table);
    }
    return changed;
  } catch (error) {
    await Promise.allSettled(changed.map((table) => setProtection(client, table, false)));
    throw error;
  }
}

async function isProtected(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return Table?.DeletionProtectionEnabled ?? false;
}

const setProtection = (client: DynamoDBClient, TableName: string, DeletionProtectionEnabled: boolean) =>
  client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled }));
