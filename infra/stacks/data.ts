// The stack of buckets and tables. They are kept when the stack is deleted.
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { type BucketName, bucketNames, bucketShapes } from "../../worker/fleet/buckets.ts";
import { type TableName, tableNames, tableShapes } from "../../worker/fleet/tables.ts";
import { accessLogBucket, allowMails, announceEvents, fleetBucket } from "../constructs/buckets.ts";
import { TableProtection } from "../constructs/table-protection.ts";
import { fleetTable } from "../constructs/tables.ts";
import { handedOn, type Placement, topicArn } from "../placement.ts";

/** The stack of buckets and tables. */
export class DataStack extends Stack {
  readonly buckets: Readonly<Record<BucketName, Bucket>>;
  readonly tables: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, id: string, placement: Placement) {
    super(scope, id, { description: "FIFO Fleet: buckets and tables, kept when the stack is deleted" });
    // What a first deployment that failed has made is deleted again: it is empty, and would be in the way of the next.
    const removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const accessLogs = accessLogBucket(this);
    const buckets = bucketNames.map((name): [BucketName, Bucket] => {
      const shape = bucketShapes[name];
      const bucket = fleetBucket(this, name, placement, { accessLogs, removalPolicy });
      if (shape.announces)
        announceEvents(bucket, topicArn(placement, shape.announces.topic), shape.announces.events);
      if (shape.takesMails) allowMails(bucket, placement);
      return [name, bucket];
    });
    this.buckets = Object.fromEntries(buckets) as Record<BucketName, Bucket>;
    const tables = tableNames.map((name): [TableName, Table] => [
      name,
      fleetTable(this, `${name}-table`, placement.names.tables[name], tableShapes[name], removalPolicy),
    ]);
    this.tables = Object.fromEntries(tables) as Record<TableName, Table>;
    const { fleet } = placement.settings;
    for (const [name, { tableStreamArn }] of tables)
      if (tableStreamArn !== undefined)
        new StringParameter(this, `${name}-stream`, {
          parameterName: handedOn.streamOf(fleet, name),
          stringValue: tableStreamArn,
        });
    const after = [...this.node.children];
    const byName = new Map(tables.map(([name, table]) => [placement.names.tables[name], table]));
    new TableProtection(this, "Protection", { fleet, tables: byName, after });
  }
}
