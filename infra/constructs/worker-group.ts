// An Auto Scaling group of workers: instances of many types in all zones, in service once their worker is ready, drained
// before they end; no instance when idle. A fleet has one of spot instances and one of on-demand instances that stand in.
import { Aws, Duration } from "aws-cdk-lib";
import {
  AutoScalingGroup,
  DefaultResult,
  GroupMetrics,
  type LaunchTemplateOverrides,
  LifecycleTransition,
  OnDemandAllocationStrategy,
  ScalingEvents,
  SpotAllocationStrategy,
} from "aws-cdk-lib/aws-autoscaling";
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceInitiatedShutdownBehavior,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  OperatingSystemType,
  UserData,
} from "aws-cdk-lib/aws-ec2";
import { type IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { drainBudget, drainHook } from "../drain-budget.ts";
import { longestLifeDays, readyHook, readyWithinSeconds } from "../instance-life.ts";
import { instanceRequirements } from "../instance-requirements.ts";
import type { Settings } from "../settings.ts";
import type { FleetNetwork } from "./network.ts";

export type WorkerGroupProps = {
  name: string;
  /** How its instances are bought. Those of the spot group's `onDemandBase` are on-demand, too. */
  market: "spot" | "on-demand";
  settings: Settings;
  network: FleetNetwork;
  role: IRole;
  bootScript: string;
  /** Gets a notification for every launch and termination. */
  events: ITopic;
  /** Log and role of the function that makes the calls CloudFormation cannot make. */
  deployLog: ILogGroup;
  deployRole: IRole;
};

/** A group of a fleet's workers. */
export class WorkerGroup extends Construct {
  readonly group: AutoScalingGroup;
  readonly template: LaunchTemplate;

  constructor(scope: Construct, id: string, props: WorkerGroupProps) {
    super(scope, id);
    const { name, market, settings, network, events } = props;
    const { minInstances, maxInstances } = settings;
    const isSpot = market === "spot";
    this.template = launchTemplate(this, props);
    this.group = new AutoScalingGroup(this, "Group", {
      autoScalingGroupName: name,
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      minCapacity: isSpot ? minInstances : 0,
      maxCapacity: maxInstances,
      // No desired capacity: a deployment must not resize a running fleet.
      mixedInstancesPolicy: {
        launchTemplate: this.template,
        launchTemplateOverrides: typesOf(settings),
        instancesDistribution: {
          onDemandBaseCapacity: isSpot ? settings.onDemandBase : 0,
          onDemandPercentageAboveBaseCapacity: isSpot ? 0 : 100,
          // The only strategy for on-demand instances that are chosen by attributes.
          onDemandAllocationStrategy: OnDemandAllocationStrategy.LOWEST_PRICE,
          spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
        },
      },
      capacityRebalance: isSpot,
      maxInstanceLifetime: Duration.days(longestLifeDays),
      groupMetrics: [GroupMetrics.all()],
      notifications: [{ topic: events, scalingEvents: ScalingEvents.ALL }],
    });
    this.group.addLifecycleHook("Ready", {
      lifecycleHookName: readyHook,
      lifecycleTransition: LifecycleTransition.INSTANCE_LAUNCHING,
      heartbeatTimeout: Duration.seconds(readyWithinSeconds),
      defaultResult: DefaultResult.ABANDON,
    });
    this.group.addLifecycleHook("Drain", {
      lifecycleHookName: drainHook,
      lifecycleTransition: LifecycleTransition.INSTANCE_TERMINATING,
      heartbeatTimeout: Duration.seconds(drainBudget.hook),
      defaultResult: DefaultResult.CONTINUE,
    });
    this.#keepBusyInstances(props);
    acknowledge(this.group, {
      EC26: "The rule does not read mixed-instances policies; a test asserts that the launch template's volume is encrypted.",
    });
  }

  /**
   * Suspends AZRebalance, which would terminate busy instances to balance the zones. CloudFormation has no property for
   * it, so a function calls Auto Scaling when the stack is deployed.
   */
  #keepBusyInstances({ name, deployLog: logGroup, deployRole: role }: WorkerGroupProps): void {
    const arn = `arn:${Aws.PARTITION}:autoscaling:${Aws.REGION}:${Aws.ACCOUNT_ID}:autoScalingGroup:*:autoScalingGroupName/${name}`;
    const call = {
      service: "@aws-sdk/client-auto-scaling",
      action: "SuspendProcessesCommand",
      parameters: { AutoScalingGroupName: name, ScalingProcesses: ["AZRebalance"] },
      physicalResourceId: PhysicalResourceId.of(`${name}-az-rebalance`),
    };
    const suspended = new AwsCustomResource(this, "WithoutRebalance", {
      onCreate: call,
      onUpdate: call,
      installLatestAwsSdk: false,
      logGroup,
      role,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({ actions: ["autoscaling:SuspendProcesses"], resources: [arn] }),
      ]),
    });
    suspended.node.addDependency(this.group);
    const reason = "The wildcard stands for the group's unique id, which only AWS knows.";
    for (const construct of [suspended, role]) acknowledge(construct, { [`IAM5[Resource::${arn}]`]: reason });
  }
}

/** The types of the settings, or a choice by attributes among those the region has. */
function typesOf({ instanceTypes, architecture }: Settings): LaunchTemplateOverrides[] {
  return (
    instanceTypes?.map((type) => ({ instanceType: new InstanceType(type) })) ?? [
      { instanceRequirements: instanceRequirements(architecture) },
    ]
  );
}

function launchTemplate(
  scope: Construct,
  { settings, network, role, bootScript }: WorkerGroupProps,
): LaunchTemplate {
  const { architecture, amiParameter } = settings;
  const parameter =
    amiParameter ?? `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
  return new LaunchTemplate(scope, "Template", {
    machineImage: MachineImage.fromSsmParameter(parameter, { os: OperatingSystemType.LINUX }),
    userData: UserData.custom(bootScript),
    role,
    securityGroup: network.securityGroup,
    requireImdsv2: true,
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    // The container is behind Docker's bridge, one hop further.
    httpPutResponseHopLimit: 2,
    instanceInitiatedShutdownBehavior: InstanceInitiatedShutdownBehavior.TERMINATE,
    blockDevices: [
      {
        deviceName: "/dev/xvda",
        volume: BlockDeviceVolume.ebs(16, {
          volumeType: EbsDeviceVolumeType.GP3,
          encrypted: true,
          deleteOnTermination: true,
        }),
      },
    ],
  });
}
