// What may pass the gateway endpoints of the fleet's own VPC: the fleet's buckets and tables for callers of this account, and
// what an instance fetches from buckets of AWS. An endpoint's policy grants nothing; it only narrows what the roles grant.
import { Aws } from "aws-cdk-lib";
import { AnyPrincipal, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { bucketNames } from "../worker/fleet/buckets.ts";
import { tableNames } from "../worker/fleet/tables.ts";
import { bucketArn, type Placement } from "./placement.ts";

/**
 * Buckets of AWS in the region, read without or with other credentials: the image's layers ("Minimum Amazon S3 bucket
 * permissions for Amazon ECR") and Amazon Linux's packages (whose bucket ends with a code of its own).
 */
const bucketsOfAws = [`prod-${Aws.REGION}-starport-layer-bucket`, `al2023-repos-${Aws.REGION}-*`];

const pass = (actions: string[], resources: string[], ownAccount: boolean) =>
  new PolicyStatement({
    // A gateway endpoint's policy names no other principal ("Endpoint policies for gateway endpoints"); the condition does.
    principals: [new AnyPrincipal()],
    actions,
    resources,
    ...(ownAccount && { conditions: { StringEquals: { "aws:PrincipalAccount": Aws.ACCOUNT_ID } } }),
  });

/** The statements by endpoint. */
export function endpointStatements(placement: Placement): Record<"S3" | "DynamoDb", PolicyStatement[]> {
  const buckets = bucketNames.map((name) => bucketArn(placement, name));
  const tables = tableNames.map(
    (name) =>
      `arn:${Aws.PARTITION}:dynamodb:${Aws.REGION}:${Aws.ACCOUNT_ID}:table/${placement.names.tables[name]}`,
  );
  const fetched = bucketsOfAws.map((name) => `arn:${Aws.PARTITION}:s3:::${name}/*`);
  return {
    S3: [
      pass(
        ["s3:*"],
        buckets.flatMap((arn) => [arn, `${arn}/*`]),
        true,
      ),
      pass(["s3:GetObject"], fetched, false),
    ],
    DynamoDb: [
      pass(
        ["dynamodb:*"],
        tables.flatMap((arn) => [arn, `${arn}/index/*`]),
        true,
      ),
    ],
  };
}
