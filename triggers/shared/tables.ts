// DynamoDB from a Lambda. The client lives as long as the execution environment.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { TriggerConfig } from "./config.ts";

/** Creates the client. Its endpoint and credentials come from the SDK's own environment variables. */
export function openTables({ region }: TriggerConfig): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ region }), {
    marshallOptions: { removeUndefinedValues: true },
  });
}
