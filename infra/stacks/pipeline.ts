// The delivery pipeline: what is pushed is checked, tested and synthesised, deployed to staging, and to production once a
// person has approved. It updates itself and deploys everything: triggers, workers, and pages when they come.
import { Aws, Duration, type Environment, RemovalPolicy, Stack, Stage } from "aws-cdk-lib";
import { ComputeType, LinuxBuildImage } from "aws-cdk-lib/aws-codebuild";
import { PipelineType } from "aws-cdk-lib/aws-codepipeline";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep } from "aws-cdk-lib/pipelines";
import type { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import { addFleet } from "../fleet.ts";
import type { Settings } from "../settings.ts";

/** What the pipeline follows. */
export type PipelineSource = { repository: string; branch: string; connectionArn: string };

/** A value as one word of a shell's command. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The synthesis in the pipeline is given the settings of this one. */
const contextOf = (settings: Settings) =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `-c ${quoted(`${name}=${Array.isArray(value) ? value.join(",") : value}`)}`)
    .join(" ");

/** The commands of the synthesis: everything CI runs comes first. */
export const synthCommands = (settings: Settings) => [
  "npm ci",
  "npm run check",
  "npm test",
  `npx cdk synth --quiet ${contextOf(settings)}`,
];

/** An account and region as the settings give them; without them a stage goes where the pipeline is. */
function environmentOf(place: string | undefined): Environment | undefined {
  const [account, region] = place?.split("/") ?? [];
  return account && region ? { account, region } : undefined;
}

/** One fleet as a stage of the pipeline. */
class FleetStage extends Stage {
  constructor(scope: Construct, id: string, settings: Settings, place: string | undefined) {
    const env = environmentOf(place);
    super(scope, id, env && { env });
    addFleet(this, settings);
  }
}

/** The stack of the pipeline. It stands in production's account, if the settings name one. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, source: PipelineSource) {
    const env = environmentOf(settings.production);
    super(scope, id, { description: "FIFO Fleet: delivery pipeline", ...(env && { env }) });
    const { fleet, staging, production } = settings;
    const { repository, branch, connectionArn } = source;
    const elsewhere = staging?.split("/")[0] !== production?.split("/")[0];
    const artifacts = elsewhere ? undefined : artifactBucket(this);
    const pipeline = new CodePipeline(this, "Pipeline", {
      pipelineName: fleet,
      pipelineType: PipelineType.V2,
      // A key of its own is needed only to reach another account.
      crossAccountKeys: elsewhere,
      ...(artifacts && { artifactBucket: artifacts }),
      publishAssetsInParallel: false,
      synth: new ShellStep("Synth", {
        input: CodePipelineSource.connection(repository, branch, { connectionArn }),
        commands: synthCommands(settings),
      }),
      codeBuildDefaults: {
        buildEnvironment: { buildImage: LinuxBuildImage.STANDARD_7_0, computeType: ComputeType.MEDIUM },
        timeout: Duration.minutes(60),
        logging: { cloudWatch: { logGroup: buildLog(this, fleet) } },
      },
    });
    // Mail has one rule set and one identity a domain: production's.
    const noMail = {
      mailAddress: undefined,
      mailAliases: undefined,
      mailEditor: undefined,
      mailAnswer: undefined,
    };
    const trial = { ...settings, fleet: `${fleet}-staging`, ...noMail };
    pipeline.addStage(new FleetStage(this, "Staging", trial, staging));
    pipeline.addStage(new FleetStage(this, "Production", settings, production), {
      pre: [new ManualApprovalStep("Approve", { comment: "Staging runs: shall it go to production?" })],
    });
    pipeline.buildPipeline();
    acknowledgeOwnRoles(this, pipeline, artifacts);
  }
}

/** CDK Pipelines writes its own roles; they reach artifacts, builds' logs and CDK's deployment roles, none of a fleet's data. */
function acknowledgeOwnRoles(stack: Stack, pipeline: CodePipeline, artifacts: Bucket | undefined): void {
  const here = (service: string) => `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
  const projects = [pipeline.synthProject, pipeline.selfMutationProject].map(
    ({ projectName }) => projectName,
  );
  const groups = (ends: { log: string; report: string }) => [
    `Resource::${here("logs")}:log-group:/aws/codebuild/${ends.log}`,
    `Resource::${here("codebuild")}:report-group/${ends.report}`,
  ];
  const reasons: [string, string[]][] = [
    [
      "CDK Pipelines hands artifacts from stage to stage in a bucket of its own.",
      [
        ...["Abort*", "DeleteObject*", "GetBucket*", "GetObject*", "List*"].map(
          (name) => `Action::s3:${name}`,
        ),
        ...(artifacts ? [`Resource::${artifacts.bucketArn}/*`] : []),
      ],
    ],
    [
      "Builds write their own logs and reports, which CodeBuild names.",
      [
        ...groups({ log: "*", report: "*" }),
        ...projects.flatMap((name) => groups({ log: `${name}:*`, report: `${name}-*` })),
      ],
    ],
    [
      "The pipeline updates itself and publishes assets by CDK's deployment roles, which a condition on their tags picks out.",
      ["Resource::*", `Resource::arn:*:iam::${stack.account}:role/*`],
    ],
  ];
  for (const [reason, findings] of reasons)
    for (const finding of findings) acknowledge(stack, { [`IAM5[${finding}]`]: reason });
  acknowledge(stack, {
    CB4: "Artifacts hold sources and templates, no secret; S3 encrypts them with its own key.",
  });
  if (artifacts) acknowledge(artifacts, { S1: "Artifacts are the pipeline's own and gone after two weeks." });
}

/** Where stages hand each other what they made: for two weeks. */
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
