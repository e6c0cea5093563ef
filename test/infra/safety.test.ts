// Rules for everything that is synthesised, with any settings: who may do what, what is public, what costs money.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { beforeAll, describe, expect, test } from "vitest";
import { addFleet } from "../../infra/fleet.ts";
import { readSettings } from "../../infra/settings.ts";
import {
  listed,
  ofType,
  type Resource,
  resourcesOf,
  type Statement,
  spelled,
  statementsIn,
  testApp,
  withoutTraces,
} from "../support/synth.ts";

const plain = {};
const everything = {
  fleet: "second",
  privateSubnets: "true",
  architecture: "arm64",
  alarmMail: "ops@example.org",
  mailAddress: "stories@example.org",
  mailEditor: "editor@example.org",
  uploadOrigins: "https://example.org",
  webDomain: "files.example.org",
  webCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/0",
  fileHours: "2",
  quotaBytes: "1000000",
  blockedAddresses: "@rival.example",
  shareMails: "true",
  anonymousPictures: "true",
  targetWait: "120,parse-mail=20",
  countSeconds: "10",
  maxInstances: "87",
  natPerZone: "true",
  vpcCidr: "10.80.0.0/18",
  tags: "team=desk",
  monthlyBudget: "200",
  tracing: "true",
};

/** Synthesises a fleet with cdk-nag: the content of the templates, and the findings of cdk-nag. */
function synthesise(context: Record<string, unknown>): { resources: Resource[]; findings: string[] } {
  const app = testApp(context);
  const settings = readSettings((name) => context[name]);
  const stacks = withoutTraces(() => addFleet(app, settings));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  let failed = false;
  try {
    withoutTraces(() => app.synth());
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("Validation failed"))) throw error;
    failed = true;
  }
  const report = readFileSync(join(app.outdir, "validation-report.json"), "utf8");
  return { resources: resourcesOf(stacks), findings: failed ? [report] : [] };
}

describe.each([
  ["without any setting", plain],
  ["with every setting", everything],
])("a fleet %s", (_, context) => {
  let resources: Resource[];
  let findings: string[];
  let statements: Statement[];
  let allowed: Statement[];
  beforeAll(() => {
    ({ resources, findings } = synthesise(context));
    // The policy of a gateway endpoint grants nothing, it narrows what roles grant (choices.test.ts).
    statements = resources.filter(({ Type }) => Type !== "AWS::EC2::VPCEndpoint").flatMap(statementsIn);
    allowed = statements.filter(({ Effect }) => Effect === "Allow");
  }, 300_000);

  test("has no finding of cdk-nag's AwsSolutions", () => {
    expect(findings).toEqual([]);
  });

  test("allows nothing to everybody: every statement about everybody denies", () => {
    const everybody = statements.filter(({ Principal }) => /^\*$|"\*"/.test(JSON.stringify(Principal ?? "")));
    expect(everybody.length).toBeGreaterThan(0);
    expect(everybody.filter(({ Effect }) => Effect !== "Deny")).toEqual([]);
  });

  test("allows services only access by its own resources or through its own roles", () => {
    const services = allowed.filter(
      ({ Principal, Action }) => Principal && ![Action].flat().includes("sts:AssumeRole"),
    );
    expect(services.length).toBeGreaterThan(5);
    for (const { Condition } of services) {
      const conditions = JSON.stringify(Condition);
      expect(conditions).toContain("aws:SourceArn");
      // The ARN of a distribution names its account; those of buckets and rules do not, or may be guessed.
      expect(conditions).toMatch(/aws:SourceAccount|:cloudfront::.*AWS::AccountId.*:distribution/);
    }
  });

  test("has no action with a wildcard, and no wildcard resource unless the action supports no other", () => {
    const actions = allowed.flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    const unbounded = allowed.filter(({ Resource }) => listed(Resource).includes("*"));
    expect([...new Set(unbounded.flatMap(({ Action }) => [Action].flat()))].sort()).toEqual([
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeInstanceRefreshes",
      "dynamodb:ListStreams",
      "ecr:GetAuthorizationToken",
      ...("mailAddress" in context
        ? ["ses:DescribeActiveReceiptRuleSet", "ses:SetActiveReceiptRuleSet"]
        : []),
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
      ...("tracing" in context ? ["xray:PutTelemetryRecords", "xray:PutTraceSegments"] : []),
    ]);
  });

  test("allows access to data by name: queues, tables and buckets, and any key within a bucket", () => {
    const data = allowed.filter(({ Action }) =>
      [Action].flat().some((action) => /^(sqs|s3|dynamodb|sns):/.test(action)),
    );
    const open = data
      .filter(({ Principal }) => Principal === undefined)
      .flatMap(({ Resource }) => listed(Resource))
      .filter((resource) => resource.includes("*") && resource !== "*");
    for (const resource of open)
      expect(resource).toMatch(
        /^arn:<AWS::Partition>:s3:::[a-z0-9-]+-<AWS::AccountId>-<AWS::Region>\/\*$|^<StaticBucket\w+\.Arn>\/assets\/\*$/,
      );
  });

  test("has no public bucket", () => {
    for (const { Properties } of ofType(resources, "AWS::S3::Bucket")) {
      const { PublicAccessBlockConfiguration, AccessControl, WebsiteConfiguration } = Properties;
      expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
      expect([AccessControl, WebsiteConfiguration]).toEqual([undefined, undefined]);
    }
  });

  test("has no user, no access key, and nothing that looks like a secret", () => {
    const types = resources.map(({ Type }) => Type);
    for (const type of ["AWS::IAM::User", "AWS::IAM::AccessKey", "AWS::EC2::KeyPair"])
      expect(types).not.toContain(type);
    for (const { Properties } of ofType(resources, "AWS::Lambda::Function")) {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      expect(Object.keys(Variables).filter((name) => /SECRET|TOKEN|PASSWORD|KEY$/.test(name))).toEqual([]);
    }
    const text = JSON.stringify(resources);
    expect(text).not.toMatch(/AKIA[A-Z0-9]{16}|-----BEGIN|xox[bp]-/);
  });

  test("has nothing that costs money by the hour when idle, unless private subnets are configured", () => {
    const hourly =
      /NatGateway|ElasticLoadBalancing|::RDS::|ElastiCache|OpenSearch|EC2::Instance$|EC2::EIP|ECS::Service|EKS|Redshift|MSK|SageMaker|Transfer|KMS::Key|ProvisionedConcurrency/;
    const found = resources.map(({ Type }) => Type).filter((type) => hourly.test(type));
    expect([...new Set(found)].sort()).toEqual(
      "privateSubnets" in context ? ["AWS::EC2::EIP", "AWS::EC2::NatGateway"] : [],
    );
    const interfaces = ofType(resources, "AWS::EC2::VPCEndpoint").filter(
      ({ Properties }) => Properties.VpcEndpointType !== "Gateway",
    );
    expect(interfaces).toEqual([]);
    for (const { Properties } of ofType(resources, "AWS::AutoScaling::AutoScalingGroup"))
      expect(Properties.MinSize).toBe("0");
    for (const { Properties } of ofType(resources, "AWS::DynamoDB::Table"))
      expect(Properties.BillingMode).toBe("PAY_PER_REQUEST");
  });

  test("keeps every log for thirty days", () => {
    const logs = ofType(resources, "AWS::Logs::LogGroup");
    expect(logs.length).toBeGreaterThan(5);
    for (const { Properties } of logs) expect(Properties.RetentionInDays).toBe(30);
    const named = ofType(resources, "AWS::Lambda::Function").map(({ Properties }) =>
      spelled((Properties.LoggingConfig as Record<string, unknown>)?.LogGroup),
    );
    expect(named.filter((name) => !name.startsWith("<"))).toEqual([]);
  });
});
