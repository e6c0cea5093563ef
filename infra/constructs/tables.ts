// Tables as the cloud has them: paid by the request, restorable to any second of 35 days.
import type { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import type { TableIndex, TableKey, TableShape } from "../../worker/tables.ts";

const attribute = (name: string) => ({ name, type: AttributeType.STRING });

const keyOf = ({ partition, sort }: TableKey) => ({
  partitionKey: attribute(partition),
  ...(sort !== undefined && { sortKey: attribute(sort) }),
});

const projectionOf = ({ only }: TableIndex) =>
  only === undefined
    ? { projectionType: ProjectionType.ALL }
    : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...only] };

/** A table of that shape, guarded against deletion. */
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
    deletionProtection: true,
    removalPolicy,
    ...(stream && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    ...(timeToLive !== undefined && { timeToLiveAttribute: timeToLive }),
  });
  for (const [indexName, index] of Object.entries(indexes))
    table.addGlobalSecondaryIndex({ indexName, ...keyOf(index), ...projectionOf(index) });
  return table;
}
