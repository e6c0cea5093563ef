// The pages' static files: built at synthesis, kept in a private bucket below their version, read by the CDN alone.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Aws, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { BucketDeployment, CacheControl, Source } from "aws-cdk-lib/aws-s3-deployment";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";

const root = resolve(import.meta.dirname, "../..");

/** Every file's key begins with it, as its path does. */
const folder = "assets";

/** The files on their way into the assembly. */
function builtAsset(scope: Construct): { asset: Asset; version: string } {
  const path = mkdtempSync(join(tmpdir(), "fifo-fleet-assets-"));
  try {
    const script = resolve(root, "scripts/build/write-web-assets.ts");
    const version = execFileSync(process.execPath, [script, path], { encoding: "utf8" }).trim();
    return { asset: new Asset(scope, "Built", { path }), version };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** The bucket, and the files in it. */
export class StaticFiles extends Construct {
  readonly bucket: Bucket;
  /** Part of every file's address. */
  readonly version: string;

  constructor(scope: Construct, id: string, fleet: string) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(this.bucket, { S1: "It holds only styles, scripts and icons that anyone may see." });
    const { asset, version } = builtAsset(this);
    this.version = version;
    this.#deploy(asset, fleet);
  }

  /** Lets one distribution read the files, over TLS. */
  allowReading(distributionArn: string): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudfront.amazonaws.com")],
        actions: ["s3:GetObject"],
        resources: [this.bucket.arnForObjects(`${folder}/*`)],
        conditions: { StringEquals: { "aws:SourceArn": distributionArn } },
      }),
    );
  }

  /** Files of earlier versions stay, for pages that are still open. */
  #deploy(asset: Asset, fleet: string): void {
    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/${fleet}/static-files`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.#role(asset, logGroup);
    const deployment = new BucketDeployment(this, "Deploy", {
      sources: [Source.bucket(asset.bucket, asset.s3ObjectKey)],
      destinationBucket: this.bucket,
      destinationKeyPrefix: folder,
      prune: false,
      cacheControl: [CacheControl.fromString("public, max-age=31536000, immutable")],
      logGroup,
      // CDK would grant every way of reading and writing.
      role: role.withoutPolicyUpdates(),
    });
    deployment.node.addDependency(role);
    for (const child of Stack.of(this).node.children)
      if (child.node.id.startsWith("Custom::CDKBucketDeployment"))
        acknowledge(child, { L1: "CDK's own function, with the runtime that CDK tests it on." });
  }

  #role({ s3BucketName, s3ObjectKey }: Asset, { logGroupArn }: LogGroup): Role {
    const role = new Role(this, "DeployRole", {
      description: "Copies the static files of the pages",
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    const files = this.bucket.arnForObjects(`${folder}/*`);
    const rights: [string[], string[]][] = [
      [["logs:CreateLogStream", "logs:PutLogEvents"], [logGroupArn]],
      [["s3:GetObject"], [`arn:${Aws.PARTITION}:s3:::${s3BucketName}/${s3ObjectKey}`]],
      [["s3:PutObject"], [files]],
      [["s3:ListBucket"], [this.bucket.bucketArn]],
    ];
    for (const [actions, resources] of rights) role.addToPolicy(new PolicyStatement({ actions, resources }));
    acknowledge(role, { [`IAM5[Resource::${files}]`]: "Every file of every version." });
    return role;
  }
}
