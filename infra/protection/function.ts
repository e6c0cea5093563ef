// The Lambda function that protects the tables. No logic.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { answering, type CustomResourceRequest } from "../custom-resource.ts";
import { protectTables } from "./protect-tables.ts";

const client = new DynamoDBClient({});

/** Tables stay when their stack is deleted, and so does their protection. */
export const handler = (request: CustomResourceRequest<{ Tables: string[] }>): Promise<void> =>
  answering(request, async () =>
    request.RequestType === "Delete" ? [] : protectTables(client, request.ResourceProperties.Tables),
  );
