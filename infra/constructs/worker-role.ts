// What an instance, and so the worker on it, may do: use the queues, tables and buckets as worker/ declares, pull its
// image, write its log, complete its lifecycle actions, report its own health, and open the session channel that replaces SSH.
import type { DockerImageAsset } from "aws-cdk-lib/aws-ecr-assets";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { type Placement, regionalArn } from "../placement.ts";
import { groupArn, objectsOf, openBuckets, workerBuckets, workerStatements } from "../rights.ts";
import { identityOf } from "../stacks/mail.ts";

/** Session Manager without its managed policy, which would also allow reading every parameter of the account. */
const sessionActions = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

/** The role of the fleet's instances. */
export function workerRole(
  scope: Construct,
  placement: Placement,
  { groups, logGroup, image }: { groups: readonly string[]; logGroup: string; image: DockerImageAsset },
): Role {
  const { fleet, mailAddress, mailIdentity, tracing } = placement.settings;
  const role = new Role(scope, "WorkerRole", {
    description: `FIFO Fleet workers of ${fleet}`,
    assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
  });
  const streams = regionalArn("logs", `log-group:${logGroup}:*`);
  const ownGroups = groups.map((group) => groupArn(placement, group));
  const statements = [
    ...workerStatements(placement),
    // The worker completes its hooks; the host reports an instance whose worker does not work.
    new PolicyStatement({
      actions: ["autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceHealth"],
      resources: ownGroups,
    }),
    new PolicyStatement({ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [streams] }),
    new PolicyStatement({ actions: sessionActions, resources: ["*"] }),
    ...(tracing ? [new PolicyStatement({ actions: ["xray:PutTraceSegments"], resources: ["*"] })] : []),
    ...(mailAddress ? [mailStatement(mailAddress, identityOf({ mailIdentity }, mailAddress))] : []),
  ];
  for (const statement of statements) role.addToPolicy(statement);
  image.repository.grantPull(role);
  acknowledge(role, {
    "IAM5[Resource::*]":
      "Session channels, ecr:GetAuthorizationToken and X-Ray support no resource; none gives access to data of the fleet.",
    [`IAM5[Resource::${streams}]`]: "The log streams of its own log group.",
    ...Object.fromEntries(
      ownGroups.map((group) => [
        `IAM5[Resource::${group}]`,
        "The wildcard stands for the group's unique id, which only AWS knows.",
      ]),
    ),
    ...Object.fromEntries(
      openBuckets(workerBuckets).map((bucket) => [
        `IAM5[Resource::${objectsOf(placement, bucket)}]`,
        "The keys of future objects are not known.",
      ]),
    ),
  });
  return role;
}

/** Allows sending mail from the fleet's own address and no other. */
function mailStatement(address: string, identity: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["ses:SendEmail", "ses:SendRawEmail"],
    resources: [regionalArn("ses", `identity/${identity}`)],
    conditions: { StringEquals: { "ses:FromAddress": address } },
  });
}
