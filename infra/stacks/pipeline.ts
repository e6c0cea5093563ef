// The delivery pipeline: every push is checked, tested and synthesised, then deployed to staging, and to production after a
// person has approved it. The pipeline updates itself and deploys all stacks.
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

/** The branch that the pipeline follows. */
export type PipelineSource = { repository: string; branch: string; connectionArn: string };

/** Quotes a value as one word of a shell command. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The context of the synthesis in the pipeline: the same settings as here. */
const contextOf = (settings: Settings) =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `-c ${quoted(`${name}=${Array.isArray(value) ? value.join(",") : value}`)}`)
    .join(" ");

/** The commands of the synthesis. Everything that CI runs comes first. */
export const synthCommands = (settings: Settings) => [
  "npm ci",
  "npm run check",
  "npm test",
  `npx cdk synth --quiet ${contextOf(settings)}`,
];

/** The account and region of a stage. Without a setting, the stage is deployed where the pipeline is. */
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

/** The stack of the pipeline. It is in production's account, if the settings name one. */
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
      // Only a deployment to another account needs a separate key.
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
    const trial = { ...settings, fleet: `${fleet}-staging`, ...noMail, ...noDomain };
    pipeline.addStage(new FleetStage(this, "Staging", trial, staging));
    pipeline.addStage(new FleetStage(this, "Production", settings, production), {
      pre: [new ManualApprovalStep("Approve", { comment: "Staging is deployed. Deploy to production?" })],
    });
    pipeline.buildPipeline();
    acknowledgeOwnRoles(this, pipeline, artifacts);
  }
}

/**
 * Acknowledges the findings about roles that CDK Pipelines writes itself. These roles reach artifacts, build logs and CDK's
 * deployment roles, but no data of a fleet.
 */
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
