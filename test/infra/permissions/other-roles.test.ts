// The roles that no flow test uses: those of the network's log and of the functions that run at a deployment.
import { expect, test } from "vitest";
import { grantsOf } from "../../../scripts/lab/cloud-check/iam/unused.ts";
import { rights, roles } from "../../support/judged-fleet.ts";

const judged = new Set([...roles.values()].map(({ name }) => name));
const others = rights.roles.filter(({ name }) => !judged.has(name));

test("apart from the triggers and the worker there are seven roles, and each may do one thing", () => {
  const actions = others.map(({ name, statements }) => [
    name,
    [...new Set(grantsOf(statements).map(({ action }) => action))].sort(),
  ]);
  expect(actions).toEqual([
    // Protects the tables against deletion, as the last step of their stack.
    [
      expect.stringMatching(/^fifo-fleet-data-Protection/),
      ["dynamodb:DescribeTable", "dynamodb:UpdateTable", "logs:CreateLogStream", "logs:PutLogEvents"],
    ],
    // Pushes the worker's image to its repository.
    [
      "fifo-fleet-image-publishing-eu-west-1",
      [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
    ],
    // Deactivates the fleet's receipt rules before they are deleted.
    [
      expect.stringMatching(/^fifo-fleet-mail-Deactivation/),
      [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "ses:DescribeActiveReceiptRuleSet",
        "ses:SetActiveReceiptRuleSet",
      ],
    ],
    // Copies the static files of the pages from CDK's bucket into their own.
    [
      expect.stringMatching(/^fifo-fleet-web-.*DeployRole/),
      ["logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
    ],
    // Suspends AZRebalance of the groups, once.
    [
      expect.stringMatching(/^fifo-fleet-workers-DeployRole/),
      ["autoscaling:SuspendProcesses", "logs:CreateLogStream", "logs:PutLogEvents"],
    ],
    // VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs".
    [
      expect.stringMatching(/FlowIAMRole/),
      ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    ],
    // Replaces instances at a deployment, waits for it, and asks whether the stack is on its way back.
    [
      expect.stringMatching(/^fifo-fleet-workers-Rollout/),
      [
        "autoscaling:CancelInstanceRefresh",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeInstanceRefreshes",
        "autoscaling:StartInstanceRefresh",
        "cloudformation:DescribeStacks",
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
      ],
    ],
  ]);
});

test("they name their resources, but for Auto Scaling's questions, the active receipt rules and a registry's token, which take none", () => {
  const resources = others
    .flatMap(({ statements }) => grantsOf(statements))
    .filter(
      ({ action }) =>
        !/^autoscaling:Describe|^ses:.*ActiveReceiptRuleSet$|^ecr:GetAuthorizationToken$/.test(action),
    )
    .map(({ resource }) => resource);
  expect(resources.length).toBeGreaterThan(0);
  // The static files on their way: one archive in CDK's own bucket.
  const archive = /^arn:aws:s3:::cdk-hnb659fds-assets-\d{12}-eu-west-1\/[0-9a-f]{64}\.zip$/;
  const foreign = (resource: string) => resource === "*" || !/fifo-fleet/.test(resource);
  expect(resources.filter((resource) => foreign(resource) && !archive.test(resource))).toEqual([]);
});
