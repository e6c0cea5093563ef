// The tables: paid per request, restorable to any second of the last 35 days.
import type { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import type { TableIndex, TableKey, TableShape } from "../../worker/fleet/tables.ts";

const attributeTypes = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;

const attribute = (name: string, type: keyof typeof attributeTypes = "S") => ({
  name,
  type: attributeTypes[type],
});

const keyOf = ({ partition, sort, sortType }: TableKey) => ({
  partitionKey: attribute(partition),
  ...(sort !== undefined && { sortKey: attribute(sort, sortType) }),
});

function projectionOf({ only }: TableIndex) {
  if (only === undefined) return { projectionType: ProjectionType.ALL };
  if (only.length === 0) return { projectionType: ProjectionType.KEYS_ONLY };
  return { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...only] };
}

/** Creates a table of this shape. Its protection against deletion is turned on last (table-protection.ts). */
export function fleetTable(
  scope: Construct,
  id: string,
  tableName: string,
  { key, indexes = {}, stream = false, timeToLive }: TableShape,
  removalPolicy: RemovalPolicy,
): Table {
  const table = new Table(scope, id, {
    tableName,
    ...keyOf(key),
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
    ...(stream && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    ...(timeToLive !== undefined && { timeToLiveAttribute: timeToLive }),
  });
  for (const [indexName, indexKey] of Object.entries(indexes))
    table.addGlobalSecondaryIndex({ indexName, ...keyOf(indexKey), ...projectionOf(indexKey) });
  return table;
}
