// DynamoDB's calls as IAM sees them: a transaction requires the actions of its parts ("IAM policies for DynamoDB
// transactions"), a PartiQL
// statement one of its own, a query on an index the index ("Actions, resources, and condition keys for Amazon DynamoDB").
import * as z from "zod";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { RequiredAccess } from "./required-access.ts";

const table = z.object({ TableName: z.string() });
const body = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
  TransactItems: z.array(z.record(z.string(), table)).optional(),
  Statements: z.array(z.object({ Statement: z.string() })).optional(),
});

/** Actions on one table whose IAM name equals the call's. */
const single = [
  "GetItem",
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "Query",
  "Scan",
  "BatchGetItem",
  "BatchWriteItem",
];

/** The action of a transaction's part. */
const parts: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  Get: "GetItem",
  ConditionCheck: "ConditionCheckItem",
};

/** The accesses of a DynamoDB call. */
export function dynamodbAccesses(
  { action, request }: FaultCall,
  deployment: Deployment,
): RequiredAccess[] | undefined {
  const { partition, region, account } = deployment;
  const arn = (name: string, index?: string) =>
    `arn:${partition}:dynamodb:${region}:${account}:table/${name}${index === undefined ? "" : `/index/${index}`}`;
  const { TableName, IndexName, RequestItems, TransactItems, Statements } = body.parse(
    JSON.parse(request.body.toString()),
  );
  if (action === "TransactWriteItems" || action === "TransactGetItems")
    return TransactItems?.flatMap((item) =>
      Object.entries(item).map(([part, named]) => ({
        action: `dynamodb:${parts[part] ?? part}`,
        resource: arn(named.TableName),
      })),
    );
  if (action === "BatchExecuteStatement")
    return Statements?.map(({ Statement }) => {
      const [, into] = /^INSERT INTO "([^"]+)"/.exec(Statement) ?? [];
      // Any other statement is one that nobody has thought of: no role has that right.
      return into === undefined
        ? { action: "dynamodb:*", resource: arn("*") }
        : { action: "dynamodb:PartiQLInsert", resource: arn(into) };
    });
  if (!single.includes(action)) return undefined;
  const resources = RequestItems
    ? Object.keys(RequestItems).map((name) => arn(name))
    : [arn(TableName ?? "", IndexName)];
  return resources.map((resource) => ({ action: `dynamodb:${action}`, resource }));
}
