// The stack of workers: image, network, role and Auto Scaling group, and the alarms that size the group.
import { resolve } from "node:path";
import { Aws, CfnOutput, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import { DockerImageAsset, Platform } from "aws-cdk-lib/aws-ecr-assets";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { bootScript } from "../constructs/boot-script.ts";
import { FleetNetwork } from "../constructs/network.ts";
import { announceInterruptions } from "../constructs/spot-interruptions.ts";
import { StepScaling } from "../constructs/step-scaling.ts";
import { WorkerGroup } from "../constructs/worker-group.ts";
import { workerRole } from "../constructs/worker-role.ts";
import { drainBudget, drainHook } from "../drain-budget.ts";
import { fileVariables } from "../file-settings.ts";
import { bucketSuffix, type Placement } from "../placement.ts";
import { scalingPolicy } from "../scaling-policy.ts";
import type { Settings } from "../settings.ts";

const root = resolve(import.meta.dirname, "../..");

/** The stack of workers. */
export class WorkersStack extends Stack {
  /** The Auto Scaling group's name. */
  readonly groupName: string;
  readonly scaling: StepScaling;
  readonly logGroupName: string;
  readonly #zones: number;

  constructor(scope: Construct, id: string, placement: Placement) {
    super(scope, id, { description: "FIFO Fleet: workers on spot instances" });
    const { settings } = placement;
    const { fleet, architecture, minInstances, maxInstances } = settings;
    this.#zones = settings.zones;
    this.groupName = `${fleet}-workers`;
    this.logGroupName = `/${fleet}/workers`;
    new LogGroup(this, "Log", {
      logGroupName: this.logGroupName,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const image = new DockerImageAsset(this, "Image", {
      directory: root,
      platform: architecture === "arm64" ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    });
    const events = new Topic(this, "Events", { topicName: `${fleet}-scaling`, enforceSSL: true });
    announceInterruptions(this, fleet, events);
    const place = { group: this.groupName, logGroup: this.logGroupName, image };
    const { group } = new WorkerGroup(this, "Workers", {
      name: this.groupName,
      settings,
      network: new FleetNetwork(this, "Network", settings),
      role: workerRole(this, placement, place),
      bootScript: bootScript({
        region: Aws.REGION,
        image: image.imageUri,
        registry: Fn.select(0, Fn.split("/", image.imageUri)),
        logGroup: this.logGroupName,
        environment: workerEnvironment(settings, this.groupName),
      }),
      events,
    });
    const policy = { ...scalingPolicy, min: minInstances, max: maxInstances };
    this.scaling = new StepScaling(this, "Scaling", { fleet, groupName: this.groupName, group, policy });
    new CfnOutput(this, "Group", { value: this.groupName });
  }

  /** CDK assumes two zones when it does not know the account. The settings say how many the fleet uses. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.#zones }, (_, index) => Fn.select(index, Fn.getAzs()));
  }
}

/** The worker's settings, which worker/process/config.ts reads. */
function workerEnvironment(settings: Settings, group: string): Record<string, string> {
  const { fleet, mailAddress, mailAliases, mailEditor, mailAnswer } = settings;
  return {
    AWS_REGION: Aws.REGION,
    FLEET_NAME: fleet,
    FLEET_BUCKET_SUFFIX: bucketSuffix,
    FLEET_METADATA: "ec2",
    // A machine that cannot confine decode children must decode nothing: its worker does not start.
    FLEET_SANDBOX: "required",
    FLEET_SCALING_GROUP: group,
    FLEET_LIFECYCLE_HOOK: drainHook,
    FLEET_DRAIN_SECONDS: String(drainBudget.drain),
    FLEET_SCALE_IN_SECONDS: String(drainBudget.scaleIn),
    ...(mailAddress && { FLEET_MAIL_ADDRESS: mailAddress }),
    ...(mailAliases && { FLEET_MAIL_ALIASES: mailAliases.join(",") }),
    ...(mailEditor && { FLEET_MAIL_EDITOR: mailEditor }),
    ...(mailAnswer && { FLEET_MAIL_ANSWER: mailAnswer }),
    ...fileVariables(settings),
  };
}
