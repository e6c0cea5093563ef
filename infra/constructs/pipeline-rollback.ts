// How a pipeline takes a deployment back: a stage that fails, its smoke test included, is rolled back to its last version that
// passed; so is one after which people are affected. CDK's pipelines have no property for it.
import { Aws } from "aws-cdk-lib";
import type { CfnPipeline } from "aws-cdk-lib/aws-codepipeline";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { CodePipeline } from "aws-cdk-lib/pipelines";
import type { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { alarmName } from "../placement.ts";

/** Minutes that the alarm is watched after a stage was deployed. */
const watchMinutes = 10;

/** The stages in their order: Source, Build, UpdatePipeline, Assets, Staging, Production. */
const stageIndex = { staging: 4, production: 5 } as const;

/**
 * Adds the conditions to a pipeline that is built.
 * @param fleets the fleets whose alarm is in the pipeline's account; CodePipeline reads no other account's
 */
export function rollBack(
  scope: Construct,
  pipeline: CodePipeline,
  { fleet, trial }: { fleet: string; trial: string | undefined },
): void {
  const watched = { staging: trial, production: fleet };
  const definition = pipeline.pipeline.node.defaultChild as CfnPipeline;
  const role = watchingRole(scope);
  for (const stage of ["staging", "production"] as const) {
    const path = `Stages.${stageIndex[stage]}`;
    definition.addPropertyOverride(`${path}.OnFailure`, { Result: "ROLLBACK" });
    const name = watched[stage];
    if (name !== undefined)
      definition.addPropertyOverride(`${path}.OnSuccess`, {
        Conditions: [{ Result: "ROLLBACK", Rules: [alarmRule(alarmName(name, "PeopleAffected"), role)] }],
      });
  }
}

/** A rule of CodePipeline (rule reference, "CloudWatchAlarm"). */
const alarmRule = (alarm: string, role: Role) => ({
  Name: "PeopleAffected",
  RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "CloudWatchAlarm", Version: "1" },
  Configuration: { AlarmName: alarm, AlarmStates: "ALARM", WaitTime: String(watchMinutes) },
  RoleArn: role.roleArn,
  Region: Aws.REGION,
});

function watchingRole(scope: Construct): Role {
  const role = new Role(scope, "WatchRole", {
    description: "FIFO Fleet: reads whether people are affected by a deployment",
    assumedBy: new ServicePrincipal("codepipeline.amazonaws.com"),
  });
  role.addToPolicy(new PolicyStatement({ actions: ["cloudwatch:DescribeAlarms"], resources: ["*"] }));
  acknowledge(role, {
    "IAM5[Resource::*]": "A composite alarm is described with the alarms it is made of; it only reads.",
  });
  return role;
}
