// The delivery pipeline: every push is checked, tested and synthesised, its image scanned, then deployed to staging, where a
// smoke test runs; to production after a person has approved it; and taken back when it fails or people are affected. The
// pipeline updates itself and deploys all stacks.
import { Aws, Duration, type Environment, RemovalPolicy, Stack, Stage } from "aws-cdk-lib";
import {
  BuildSpec,
  ComputeType,
  type IBuildImage,
  LinuxArmBuildImage,
  LinuxBuildImage,
} from "aws-cdk-lib/aws-codebuild";
import { PipelineType } from "aws-cdk-lib/aws-codepipeline";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import {
  type CodeBuildStep,
  CodePipeline,
  CodePipelineSource,
  ManualApprovalStep,
  ShellStep,
} from "aws-cdk-lib/pipelines";
import type { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { setCommonProperties } from "../common-properties.ts";
import { rollBack } from "../constructs/pipeline-rollback.ts";
import { scanStep, smokeStep } from "../constructs/pipeline-steps.ts";
import { addFleet, type FleetStacks } from "../fleet.ts";
import type { Settings } from "../settings.ts";
import { ImageStack } from "./image.ts";
import { SmokeStack } from "./smoke.ts";

/** The branch that the pipeline follows. */
export type PipelineSource = { repository: string; branch: string; connectionArn: string };

/** Quotes a value as one word of a shell command. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A setting as it is given in a context. */
const asContext = (value: unknown): string =>
  Array.isArray(value)
    ? value.map((one) => (Array.isArray(one) ? one.join("=") : String(one))).join(",")
    : String(value);

/** The context of the synthesis in the pipeline: the same settings as here. */
const contextOf = (settings: Settings) =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `-c ${quoted(`${name}=${asContext(value)}`)}`)
    .join(" ");

/** The commands of the synthesis. Everything that CI runs comes first. */
export const synthCommands = (settings: Settings) => [
  "npm ci",
  "npm run check",
  "npm test",
  `npx cdk synth --quiet ${contextOf(settings)}`,
];

/** Where builds run. An image for arm64 is built on ARM: CodeBuild emulates no other processor. */
const buildImages: Readonly<Record<Settings["architecture"], IBuildImage>> = {
  x86_64: LinuxBuildImage.AMAZON_LINUX_2023_5,
  arm64: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
};

/** The Node that runs npm. npm puts the project's own, which the lock file pins, first in the path of what it runs. */
const nodeOfBuilds = BuildSpec.fromObject({ phases: { install: { "runtime-versions": { nodejs: "22" } } } });

/** The account and region of a stage. Without a setting, the stage is deployed where the pipeline is. */
function environmentOf(place: string | undefined): Environment | undefined {
  const [account, region] = place?.split("/") ?? [];
  return account && region ? { account, region } : undefined;
}

/** One fleet as a stage of the pipeline. */
class FleetStage extends Stage {
  readonly fleet: FleetStacks;

  constructor(scope: Construct, id: string, settings: Settings, env: Environment | undefined) {
    super(scope, id, env && { env });
    this.fleet = addFleet(this, settings, { ownImage: false });
  }
}

/** The settings of staging: a fleet of its own name. */
function trialOf(settings: Settings): Settings {
  // A domain has one identity and a region one active rule set: production's. So staging has no mail.
  const noMail = {
    mailAddress: undefined,
    mailIdentity: undefined,
    mailAliases: undefined,
    mailEditor: undefined,
    mailAnswer: undefined,
    shareMails: undefined,
  };
  // A host name is one distribution's: production's.
  const noDomain = { webDomain: undefined, webCertificate: undefined };
  return { ...settings, fleet: `${settings.fleet}-staging`, ...noMail, ...noDomain };
}

/** The stack of the pipeline. It is in production's account, if the settings name one. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, source: PipelineSource) {
    const env = environmentOf(settings.production);
    super(scope, id, { description: "FIFO Fleet: delivery pipeline", ...(env && { env }) });
    const { fleet, architecture, production, staging = production } = settings;
    const { repository, branch, connectionArn } = source;
    const elsewhere = staging?.split("/")[0] !== production?.split("/")[0];
    const artifacts = elsewhere ? undefined : artifactBucket(this);
    const input = CodePipelineSource.connection(repository, branch, { connectionArn });
    const pipeline = new CodePipeline(this, "Pipeline", {
      pipelineName: fleet,
      pipelineType: PipelineType.V2,
      // Only a deployment to another account needs a separate key.
      crossAccountKeys: elsewhere,
      ...(artifacts && { artifactBucket: artifacts }),
      publishAssetsInParallel: false,
      synth: new ShellStep("Synth", { input, commands: synthCommands(settings) }),
      codeBuildDefaults: {
        buildEnvironment: { buildImage: buildImages.x86_64, computeType: ComputeType.MEDIUM },
        partialBuildSpec: nodeOfBuilds,
        timeout: Duration.minutes(60),
        logging: { cloudWatch: { logGroup: buildLog(this, fleet) } },
      },
      assetPublishingCodeBuildDefaults: { buildEnvironment: { buildImage: buildImages[architecture] } },
    });
    const trial = trialOf(settings);
    const trialPlace = environmentOf(staging);
    this.#repositories(scope, [trial, trialPlace], [settings, env]);
    const trialStage = new FleetStage(this, "Staging", trial, trialPlace);
    const smoke = new SmokeStack(trialStage, trial, this.account);
    for (const stack of Object.values(trialStage.fleet)) if (stack) smoke.addStackDependency(stack);
    const stage = new FleetStage(this, "Production", settings, env);
    // The same image is in both repositories; production's is in the pipeline's own account.
    const scan = scanStep(input, { fleet, tag: stage.fleet.workers.imageTag });
    const tried = smokeStep(input, { settings: trial, stack: smoke });
    pipeline.addStage(trialStage, { pre: [scan], post: [tried] });
    pipeline.addStage(stage, {
      pre: [
        new ManualApprovalStep("Approve", {
          comment: "Staging is deployed and its smoke test passed. Deploy to production?",
        }),
      ],
    });
    pipeline.buildPipeline();
    rollBack(this, pipeline, { fleet, trial: elsewhere ? undefined : trial.fleet });
    acknowledgeOwnRoles(this, pipeline, [scan, tried], artifacts);
    setCommonProperties(this, settings);
  }

  /** The repositories of the images. The pipeline's update deploys them with the pipeline, before images are pushed. */
  #repositories(scope: Construct, ...fleets: [Settings, Environment | undefined][]): void {
    for (const [settings, env] of fleets) {
      const foreign = env?.account !== undefined && env.account !== this.account;
      const stack = new ImageStack(scope, settings, { env, pushers: foreign ? [this.account] : [] });
      setCommonProperties(stack, settings);
      this.addStackDependency(stack);
    }
  }
}

/**
 * Acknowledges the findings about roles that CDK Pipelines writes itself. These roles reach artifacts, build logs and CDK's
 * deployment roles, but no data of a fleet.
 */
function acknowledgeOwnRoles(
  stack: Stack,
  pipeline: CodePipeline,
  steps: readonly CodeBuildStep[],
  artifacts: Bucket | undefined,
): void {
  const here = (service: string) => `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
  const projects = [
    pipeline.synthProject,
    pipeline.selfMutationProject,
    ...steps.map(({ project }) => project),
  ].map(({ projectName }) => projectName);
  const groups = (ends: { log: string; report: string }) => [
    `Resource::${here("logs")}:log-group:/aws/codebuild/${ends.log}`,
    `Resource::${here("codebuild")}:report-group/${ends.report}`,
  ];
  const reasons: [string, string[]][] = [
    [
      "CDK Pipelines passes artifacts between stages in its own bucket.",
      [
        ...["Abort*", "DeleteObject*", "GetBucket*", "GetObject*", "List*"].map(
          (name) => `Action::s3:${name}`,
        ),
        ...(artifacts ? [`Resource::${artifacts.bucketArn}/*`] : []),
      ],
    ],
    [
      "Builds write their own logs and reports, whose names CodeBuild chooses.",
      [
        ...groups({ log: "*", report: "*" }),
        ...projects.flatMap((name) => groups({ log: `${name}:*`, report: `${name}-*` })),
      ],
    ],
    [
      "The pipeline updates itself and publishes assets with CDK's deployment roles, selected by a condition on their tags.",
      ["Resource::*", `Resource::arn:*:iam::${stack.account}:role/*`],
    ],
  ];
  for (const [reason, findings] of reasons)
    for (const finding of findings) acknowledge(stack, { [`IAM5[${finding}]`]: reason });
  acknowledge(stack, {
    CB4: "Artifacts contain sources and templates but no secrets; S3 encrypts them with its own key.",
  });
  if (artifacts)
    acknowledge(artifacts, {
      S1: "Only the pipeline uses the artifacts, and they are deleted after two weeks.",
    });
}

/** The bucket in which stages pass artifacts on. Objects are deleted after two weeks. */
function artifactBucket(scope: Construct): Bucket {
  return new Bucket(scope, "Artifacts", {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.DESTROY,
    lifecycleRules: [{ id: "forget", expiration: Duration.days(14) }],
  });
}

const buildLog = (scope: Construct, fleet: string) =>
  new LogGroup(scope, "Log", {
    logGroupName: `/${fleet}/pipeline`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
