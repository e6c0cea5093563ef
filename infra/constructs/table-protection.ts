// Protects the tables against deletion once everything else of their stack is there (infra/protection/).
import { createHash } from "node:crypto";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct, type IConstruct } from "constructs";
import { DeployFunction } from "./deploy-function.ts";

export type TableProtectionProps = {
  fleet: string;
  /** The tables by their full names. */
  tables: ReadonlyMap<string, Table>;
  /** Everything that must be there first. */
  after: readonly IConstruct[];
};

/** The last step of the stack of tables. */
export class TableProtection extends Construct {
  constructor(scope: Construct, id: string, { fleet, tables, after }: TableProtectionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/${fleet}/protection`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const protect = new DeployFunction(this, "Protect", {
      functionName: `${fleet}-protect-tables`,
      description: "protects tables against deletion",
      entry: "infra/protection/function.ts",
      timeout: Duration.minutes(5),
      statements: [
        new PolicyStatement({
          actions: ["dynamodb:DescribeTable", "dynamodb:UpdateTable"],
          resources: [...tables.values()].map(({ tableArn }) => tableArn),
        }),
      ],
      logGroup,
    });
    protect.resource("Tables", {
      after,
      properties: {
        Tables: [...tables.keys()],
        // A table that CloudFormation has changed may have lost its protection: the template does not name it.
        Shapes: shapesOf(tables.values()),
      },
    });
  }
}

/** Changes with the properties of any of the tables. */
function shapesOf(tables: Iterable<Table>): string {
  const shapes = [...tables].map((table) => {
    const resource = table.node.defaultChild as unknown as { _toCloudFormation: () => unknown };
    return Stack.of(table).resolve(resource._toCloudFormation());
  });
  return createHash("sha256").update(JSON.stringify(shapes)).digest("hex").slice(0, 16);
}
