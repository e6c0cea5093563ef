// What the smoke test of a pipeline may do in the fleet it tests: send a sample of each kind in, and read how each ended
// (scripts/deliver/run-smoke.ts). A test judges the command's own calls by these statements.
import { Aws } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { queueName } from "../worker/fleet/resources.ts";
import { bucketArn, type Placement } from "./placement.ts";
import { objectsOf } from "./rights.ts";

const regional = (service: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** The buckets into which samples go. */
export const sampleBuckets = ["uploads", "mails", "incoming"] as const;

/** The statements of the role. */
export function smokeStatements(placement: Placement): PolicyStatement[] {
  const { names, settings } = placement;
  const table = (name: keyof typeof names.tables) => regional("dynamodb", `table/${names.tables[name]}`);
  const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });
  return [
    // Tells a missing fleet from one that refuses.
    allow(["s3:ListBucket"], [bucketArn(placement, "uploads")]),
    allow(
      ["s3:PutObject"],
      sampleBuckets.map((bucket) => objectsOf(placement, bucket)),
    ),
    allow(["dynamodb:PutItem"], [table("uploads")]),
    allow(["sqs:GetQueueUrl", "sqs:SendMessage"], [regional("sqs", queueName(settings.fleet, "parse-mail"))]),
    allow(["dynamodb:BatchGetItem"], [table("jobs"), table("words")]),
    allow(["dynamodb:GetItem"], [table("submissions")]),
    ...(settings.slack
      ? [
          allow(
            ["ssm:GetParameters"],
            [names.parameters.apiUrl, names.parameters.slackSigningSecrets].map((name) =>
              regional("ssm", `parameter${name}`),
            ),
          ),
        ]
      : []),
  ];
}
