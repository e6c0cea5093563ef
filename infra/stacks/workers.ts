// The stack of workers: image, network, role and Auto Scaling group, and the alarms that size the group.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { Aws, CfnOutput, DefaultStackSynthesizer, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import { DockerImageAsset, Platform } from "aws-cdk-lib/aws-ecr-assets";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { bootScript } from "../constructs/boot-script.ts";
import { announceEvents, tellByMail } from "../constructs/group-events.ts";
import { imageRepositoryName, publishingRoleArn } from "../constructs/image-repository.ts";
import { FleetNetwork } from "../constructs/network.ts";
import { OnDemandStandIn } from "../constructs/on-demand-stand-in.ts";
import { Rollout } from "../constructs/rollout.ts";
import { StepScaling } from "../constructs/step-scaling.ts";
import { WorkerGroup } from "../constructs/worker-group.ts";
import { workerRole } from "../constructs/worker-role.ts";
import { drainBudget, drainHook } from "../drain-budget.ts";
import { fileVariables } from "../file-settings.ts";
import { readyHook } from "../instance-life.ts";
import { bucketSuffix, onDemandGroupName, type Placement, workerGroupName } from "../placement.ts";
import type { Settings } from "../settings.ts";

const root = resolve(import.meta.dirname, "../..");

/** The stack of workers. */
export class WorkersStack extends Stack {
  /** The name of the Auto Scaling group of spot instances. */
  readonly groupName: string;
  /** The name of the group of on-demand instances that stand in; undefined where there is none. */
  readonly onDemandGroupName: string | undefined;
  /** The names of the alarms that size the groups. */
  readonly scalingAlarms: readonly string[];
  readonly logGroupName: string;
  /** The image's tag in the fleet's repository. */
  readonly imageTag: string;
  readonly #zones: number;

  constructor(scope: Construct, id: string, placement: Placement) {
    const { settings } = placement;
    super(scope, id, {
      description: "FIFO Fleet: workers on spot instances",
      synthesizer: new DefaultStackSynthesizer({
        imageAssetsRepositoryName: imageRepositoryName(settings.fleet),
        imageAssetPublishingRoleArn: publishingRoleArn(settings.fleet),
      }),
    });
    const { fleet, architecture, maxInstances, onDemandAfterMinutes, countSeconds } = settings;
    this.#zones = settings.zones;
    this.groupName = workerGroupName(fleet);
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
    this.imageTag = image.imageTag;
    this.onDemandGroupName = onDemandAfterMinutes > 0 ? onDemandGroupName(fleet) : undefined;
    const names = [this.groupName, ...(this.onDemandGroupName ? [this.onDemandGroupName] : [])];
    const events = new Topic(this, "Events", { topicName: `${fleet}-scaling`, enforceSSL: true });
    announceEvents(this, { fleet, groups: names, topic: events });
    if (settings.alarmMail) tellByMail(this, events, settings.alarmMail);
    const deployLog = new LogGroup(this, "DeployLog", {
      logGroupName: `/${fleet}/deploy`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const deployRole = new Role(this, "DeployRole", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    deployLog.grantWrite(deployRole);
    const network = new FleetNetwork(this, "Network", placement);
    const role = workerRole(this, placement, { groups: names, logGroup: this.logGroupName, image });
    const version = this.#versionOf(image, settings);
    const groupOf = (name: string, market: "spot" | "on-demand") =>
      new WorkerGroup(this, market === "spot" ? "Workers" : "OnDemand", {
        name,
        market,
        settings,
        network,
        role,
        bootScript: this.#bootScript(name, image, version, settings),
        events,
        deployLog,
        deployRole,
      });
    const spot = groupOf(this.groupName, "spot");
    const groups = new Map([[this.groupName, spot]]);
    const scaling = new StepScaling(this, "Scaling", {
      fleet,
      groupName: this.groupName,
      group: spot.group,
      max: maxInstances,
      countSeconds,
    });
    const standInAlarms: string[] = [];
    if (this.onDemandGroupName) {
      const standIns = groupOf(this.onDemandGroupName, "on-demand");
      groups.set(this.onDemandGroupName, standIns);
      const standIn = new OnDemandStandIn(this, "StandIn", {
        fleet,
        spot: this.groupName,
        onDemand: this.onDemandGroupName,
        group: standIns.group,
        afterMinutes: onDemandAfterMinutes,
        maxInstances,
      });
      standInAlarms.push(...standIn.alarmNames);
    }
    this.scalingAlarms = [...scaling.alarmNames, ...standInAlarms];
    new Rollout(this, "Rollout", { fleet, version, groups, deployLog });
    new CfnOutput(this, "Group", { value: this.groupName });
    new CfnOutput(this, "Version", { value: version });
  }

  /** What instances run, in a word: the image's content, and everything else in their user data. */
  #versionOf(image: DockerImageAsset, settings: Settings): string {
    const script = this.#bootScript(this.groupName, image, "", settings);
    const settled = createHash("sha256")
      .update(JSON.stringify(this.resolve(script)))
      .digest("hex");
    return `${image.assetHash.slice(0, 8)}-${settled.slice(0, 4)}`;
  }

  #bootScript(group: string, image: DockerImageAsset, version: string, settings: Settings): string {
    return bootScript({
      region: Aws.REGION,
      image: image.imageUri,
      registry: Fn.select(0, Fn.split("/", image.imageUri)),
      logGroup: this.logGroupName,
      fleet: settings.fleet,
      group,
      version,
      environment: workerEnvironment(settings, group, version),
    });
  }

  /** CDK assumes two zones when it does not know the account. The settings say how many the fleet uses. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.#zones }, (_, index) => Fn.select(index, Fn.getAzs()));
  }
}

/** The worker's settings, which worker/process/config.ts reads. */
function workerEnvironment(settings: Settings, group: string, version: string): Record<string, string> {
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
    FLEET_LAUNCH_HOOK: readyHook,
    FLEET_VERSION: version,
    FLEET_DRAIN_SECONDS: String(drainBudget.drain),
    FLEET_SCALE_IN_SECONDS: String(drainBudget.scaleIn),
    ...(settings.tracing && { FLEET_TRACING: "xray" }),
    ...(mailAddress && { FLEET_MAIL_ADDRESS: mailAddress }),
    ...(mailAliases && { FLEET_MAIL_ALIASES: mailAliases.join(",") }),
    ...(mailEditor && { FLEET_MAIL_EDITOR: mailEditor }),
    ...(mailAnswer && { FLEET_MAIL_ANSWER: mailAnswer }),
    ...fileVariables(settings),
  };
}
