// The steps of a pipeline between its stages: the scan of the image before it runs anywhere, and the smoke test of staging.
import { Aws } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CodeBuildStep, type IFileSetProducer } from "aws-cdk-lib/pipelines";
import type { Settings } from "../settings.ts";
import type { SmokeStack } from "../stacks/smoke.ts";
import { imageRepositoryName } from "./image-repository.ts";

/** Waits for ECR's scan of the image and fails for findings that may not be deployed. */
export function scanStep(
  input: IFileSetProducer,
  { fleet, tag }: { fleet: string; tag: string },
): CodeBuildStep {
  const repository = imageRepositoryName(fleet);
  return new CodeBuildStep("ScanImage", {
    input,
    commands: ["npm ci", `npm run scan-image -- --repository ${repository} --tag ${tag}`],
    rolePolicyStatements: [
      new PolicyStatement({
        actions: ["ecr:DescribeImageScanFindings"],
        resources: [`arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/${repository}`],
      }),
    ],
  });
}

/** Sends a sample of each kind through the deployed staging, by the role that staging has for it. */
export function smokeStep(
  input: IFileSetProducer,
  { settings, stack }: { settings: Settings; stack: SmokeStack },
): CodeBuildStep {
  const { account, region } = stack;
  const role = `arn:${Aws.PARTITION}:iam::${account}:role/${stack.roleName}`;
  const profile = [
    "[profile smoke]",
    `role_arn = ${role}`,
    // A build gets its own credentials as a container does.
    "credential_source = EcsContainer",
    `region = ${region}`,
  ];
  return new CodeBuildStep("Smoke", {
    input,
    env: {
      FLEET_NAME: settings.fleet,
      FLEET_BUCKET_SUFFIX: `-${account}-${region}`,
      AWS_CONFIG_FILE: "/tmp/smoke-profile",
    },
    commands: [
      "npm ci",
      `printf '%s\\n' ${profile.map((line) => `"${line}"`).join(" ")} > /tmp/smoke-profile`,
      `AWS_PROFILE=smoke AWS_REGION=${region} npm run smoke -- --aws${settings.slack ? "" : " --without text"}`,
    ],
    rolePolicyStatements: [new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [role] })],
  });
}
