// The Auto Scaling group: spot instances of many types in all zones, drained before they end; no instance when idle.
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AutoScalingGroup,
  DefaultResult,
  GroupMetrics,
  LifecycleTransition,
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
import { type IRole, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { drainBudget, drainHook } from "../drain-budget.ts";
import { instanceTypes } from "../instance-types.ts";
import type { Settings } from "../settings.ts";
import type { FleetNetwork } from "./network.ts";

export type WorkerGroupProps = {
  name: string;
  settings: Settings;
  network: FleetNetwork;
  role: IRole;
  bootScript: string;
  /** Gets a notification for every launch and termination. */
  events: ITopic;
};

/** The group of a fleet's workers. */
export class WorkerGroup extends Construct {
  readonly group: AutoScalingGroup;
  readonly #fleet: string;

  constructor(scope: Construct, id: string, props: WorkerGroupProps) {
    super(scope, id);
    this.#fleet = props.settings.fleet;
    const { name, settings, network, events } = props;
    const { architecture, onDemandBase, minInstances, maxInstances } = settings;
    const types = settings.instanceTypes ?? instanceTypes[architecture];
    this.group = new AutoScalingGroup(this, "Group", {
      autoScalingGroupName: name,
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      minCapacity: minInstances,
      maxCapacity: maxInstances,
      // No desired capacity: a deployment must not resize a running fleet.
      mixedInstancesPolicy: {
        launchTemplate: launchTemplate(this, props),
        launchTemplateOverrides: types.map((type) => ({ instanceType: new InstanceType(type) })),
        instancesDistribution: {
          onDemandBaseCapacity: onDemandBase,
          onDemandPercentageAboveBaseCapacity: 0,
          spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
        },
      },
      capacityRebalance: true,
      groupMetrics: [GroupMetrics.all()],
      notifications: [{ topic: events, scalingEvents: ScalingEvents.ALL }],
    });
    this.group.addLifecycleHook("Drain", {
      lifecycleHookName: drainHook,
      lifecycleTransition: LifecycleTransition.INSTANCE_TERMINATING,
      heartbeatTimeout: Duration.seconds(drainBudget.hook),
      defaultResult: DefaultResult.CONTINUE,
    });
    this.#keepBusyInstances(name);
    acknowledge(this.group, {
      EC26: "The rule does not read mixed-instances policies; a test asserts that the launch template's volume is encrypted.",
    });
  }

  /**
   * Suspends AZRebalance, which would terminate busy instances to balance the zones. CloudFormation has no property for
   * it, so a function calls Auto Scaling when the stack is deployed.
   */
  #keepBusyInstances(name: string): void {
    const arn = `arn:${Aws.PARTITION}:autoscaling:${Aws.REGION}:${Aws.ACCOUNT_ID}:autoScalingGroup:*:autoScalingGroupName/${name}`;
    const call = {
      service: "@aws-sdk/client-auto-scaling",
      action: "SuspendProcessesCommand",
      parameters: { AutoScalingGroupName: name, ScalingProcesses: ["AZRebalance"] },
      physicalResourceId: PhysicalResourceId.of(`${name}-az-rebalance`),
    };
    const logGroup = new LogGroup(this, "DeployLog", {
      logGroupName: `/${this.#fleet}/deploy`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "DeployRole", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
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
