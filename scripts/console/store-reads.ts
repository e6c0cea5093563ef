// How the actions' routes read the tables. Every answer's calls are counted and told by reads.ts.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Answers with what `make` makes of the tables. */
export const timed = (
  db: DynamoDBDocumentClient,
  make: (db: DynamoDBDocumentClient) => Promise<Response>,
): Promise<Response> => make(db);
