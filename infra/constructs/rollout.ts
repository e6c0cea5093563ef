// Brings a new image, AMI or setting to running instances: a custom resource that replaces them at every deployment which
// changes their launch templates (see infra/rollout/), and the alarm that stops it.
import { CustomResource, Duration, Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { ofVersion } from "../fleet-metrics.ts";
import { regionalArn } from "../placement.ts";
import { DeployFunction } from "./deploy-function.ts";
import type { WorkerGroup } from "./worker-group.ts";

export type RolloutProps = {
  fleet: string;
  /** Of the image and its settings. */
  version: string;
  groups: ReadonlyMap<string, WorkerGroup>;
  deployLog: ILogGroup;
};

/** Instances of one version that failed within half an hour before a deployment of it is taken back. */
const failuresOfVersion = 2;

/** The replacement of instances at deployments. */
export class Rollout extends Construct {
  /** Instances of the version being deployed fail. */
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: RolloutProps) {
    super(scope, id);
    const { fleet, version, groups } = props;
    // An alarm of its own for each version: that of the old one may ring while its repair is deployed.
    this.alarm = new Alarm(this, `Failing${version.replaceAll(/\W/g, "")}`, {
      alarmName: `${fleet}-version-${version}-fails`,
      metric: ofVersion(fleet, version, "InstancesFailed").with({ period: Duration.minutes(30) }),
      threshold: failuresOfVersion,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `Instances of version ${version} could not boot, or their workers did not stay up`,
    });
    const lambda = this.#function(props);
    const resource = new CustomResource(this, "Instances", {
      serviceToken: lambda.functionArn,
      properties: {
        Groups: [...groups.keys()],
        Alarms: [this.alarm.alarmName],
        // Changes with everything that an instance is launched with, the AMI included.
        Templates: [...groups.values()].map(({ template }) => template.versionNumber),
      },
    });
    for (const group of groups.values()) resource.node.addDependency(group);
    resource.node.addDependency(this.alarm);
  }

  #function({ fleet, groups, deployLog }: RolloutProps): IFunction {
    const functionName = `${fleet}-rollout`;
    const owned = [...groups.keys()].map((group) =>
      regionalArn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`),
    );
    const stack = regionalArn("cloudformation", `stack/${Stack.of(this).stackName}/*`);
    const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });
    const { lambda, role } = new DeployFunction(this, "Replace", {
      functionName,
      description: "replaces instances at a deployment",
      entry: "infra/rollout/function.ts",
      timeout: Duration.minutes(15),
      // It refreshes its own groups, asks how its stack stands, and calls itself to go on waiting.
      statements: [
        allow(["autoscaling:StartInstanceRefresh", "autoscaling:CancelInstanceRefresh"], owned),
        allow(["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes"], ["*"]),
        allow(["cloudformation:DescribeStacks"], [stack]),
        allow(["lambda:InvokeFunction"], [regionalArn("lambda", `function:${functionName}`)]),
      ],
      logGroup: deployLog,
    });
    acknowledge(role, {
      "IAM5[Resource::*]": "Auto Scaling's Describe actions support no resource, and only read.",
      [`IAM5[Resource::${stack}]`]: "The wildcard stands for the stack's unique id, which only AWS knows.",
      ...Object.fromEntries(
        owned.map((arn) => [
          `IAM5[Resource::${arn}]`,
          "The wildcard stands for the group's unique id, which only AWS knows.",
        ]),
      ),
    });
    return lambda;
  }
}
