// The choices that a person makes for an account: network, tags, logs, what is public, a budget.
import { TagManager } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../infra/settings.ts";
import {
  fleetOf,
  listed,
  ofType,
  type Resource,
  resourcesOf,
  spelled,
  statementsIn,
} from "../support/synth.ts";

const plain = fleetOf();
const plainResources = resourcesOf(plain);
const existing = {
  vpcId: "vpc-0123456789abcdef0",
  subnetIds: "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
};
const quietContext = {
  ...existing,
  slack: "false",
  web: "false",
  logDays: "7",
  tags: "team=desk,cost-center=42",
  alarmMail: "ops@example.org",
  monthlyBudget: "50",
  tracing: "true",
};
const quiet = fleetOf(quietContext);
const quietResources = resourcesOf(quiet);

const refused = (context: Record<string, unknown>) => () => readSettings((name) => context[name]);

describe("an existing VPC", () => {
  test("no network is made: no VPC, subnet, route, gateway or endpoint", () => {
    const made = quietResources.map(({ Type }) => Type).filter((type) => /^AWS::EC2::/.test(type));
    expect([...new Set(made)].sort()).toEqual(["AWS::EC2::LaunchTemplate", "AWS::EC2::SecurityGroup"]);
  });

  test("instances are launched in its subnets, in a security group of it without a way in", () => {
    for (const { Properties } of ofType(quietResources, "AWS::AutoScaling::AutoScalingGroup"))
      expect(Properties.VPCZoneIdentifier).toEqual(existing.subnetIds.split(","));
    const [group] = ofType(quietResources, "AWS::EC2::SecurityGroup");
    expect(group?.Properties).toMatchObject({ VpcId: existing.vpcId });
    expect(group?.Properties).not.toHaveProperty("SecurityGroupIngress");
    expect(ofType(quietResources, "AWS::EC2::SecurityGroupIngress")).toEqual([]);
  });

  test("half of it, and what is for a VPC of the fleet's own, is refused", () => {
    expect(refused({ vpcId: existing.vpcId })).toThrow("subnetIds: is missing");
    expect(refused({ subnetIds: existing.subnetIds })).toThrow("vpcId: is missing");
    expect(refused({ ...existing, vpcCidr: "10.0.0.0/16" })).toThrow(
      "vpcCidr: is for a VPC of the fleet's own",
    );
    expect(refused({ ...existing, privateSubnets: "true", natPerZone: "true" })).toThrow(
      "natPerZone: is for",
    );
    expect(refused({ ...existing, vpcId: "vpc-x" })).toThrow("vpcId: takes the id of a VPC");
    expect(refused({ ...existing, subnetIds: "net-1" })).toThrow("subnetIds: takes ids");
  });
});

describe("the fleet's own VPC", () => {
  const privately = resourcesOf({
    workers: fleetOf({ vpcCidr: "192.168.16.0/24", privateSubnets: "true", natPerZone: "true" }).workers,
  });

  test("it has the range of the setting, and its subnets fit in", () => {
    expect(ofType(privately, "AWS::EC2::VPC")[0]?.Properties.CidrBlock).toBe("192.168.16.0/24");
    const ranges = ofType(privately, "AWS::EC2::Subnet").map(({ Properties }) =>
      String(Properties.CidrBlock),
    );
    expect(ranges).toHaveLength(6);
    expect(new Set(ranges).size).toBe(6);
    for (const range of ranges) expect(range).toMatch(/^192\.168\.16\.\d+\/28$/);
  });

  test("it has a NAT gateway in every zone where that is set, else one", () => {
    expect(ofType(privately, "AWS::EC2::NatGateway")).toHaveLength(3);
    const single = resourcesOf({ workers: fleetOf({ privateSubnets: "true" }).workers });
    expect(ofType(single, "AWS::EC2::NatGateway")).toHaveLength(1);
    expect(refused({ natPerZone: "true" })).toThrow("natPerZone: needs privateSubnets");
  });

  test.each(["10.40.0.0/8", "10.40.0.0/25", "8.8.0.0/16", "10.40.1.0/16", "10.40/16", "10.300.0.0/16"])(
    "%s is refused as a range",
    (vpcCidr) => {
      expect(refused({ vpcCidr })).toThrow("vpcCidr: ");
    },
  );

  test("its endpoints let only callers of this account pass, to the fleet's buckets and tables alone", () => {
    const endpoints = ofType(plainResources, "AWS::EC2::VPCEndpoint");
    expect(endpoints).toHaveLength(2);
    const statements = endpoints.flatMap(statementsIn);
    const own = statements.filter(({ Condition }) => Condition !== undefined);
    for (const { Condition } of own)
      expect(Condition).toEqual({ StringEquals: { "aws:PrincipalAccount": { Ref: "AWS::AccountId" } } });
    for (const resource of own.flatMap(({ Resource: named }) => listed(named)))
      expect(resource).toMatch(
        /:s3:::fifo-fleet-[a-z-]+-<AWS::AccountId>-<AWS::Region>(\/\*)?$|:table\/fifo-fleet-[a-z-]+(\/index\/\*)?$/,
      );
    const others = statements.filter(({ Condition }) => Condition === undefined);
    expect(others.flatMap(({ Action }) => [Action].flat())).toEqual(["s3:GetObject"]);
    expect(others.flatMap(({ Resource: named }) => listed(named)).sort()).toEqual([
      "arn:<AWS::Partition>:s3:::al2023-repos-<AWS::Region>-*/*",
      "arn:<AWS::Partition>:s3:::prod-<AWS::Region>-starport-layer-bucket/*",
    ]);
  });
});

describe("what is public", () => {
  const entrances =
    /^AWS::(ApiGateway|ApiGatewayV2|CloudFront|Cognito|Lambda::Url|ElasticLoadBalancing|AppSync|Route53)/;
  const publicTypes = (resources: readonly Resource[]) =>
    resources.map(({ Type }) => Type).filter((type) => entrances.test(type));

  test("with slack=false and web=false nothing is: no API, no CDN, no sign-in, no function that the internet calls", () => {
    expect(publicTypes(plainResources).length).toBeGreaterThan(10);
    expect(publicTypes(quietResources)).toEqual([]);
    const callers = ofType(quietResources, "AWS::Lambda::Permission").map(
      ({ Properties }) => Properties.Principal,
    );
    expect([...new Set(callers)].sort()).toEqual(["events.amazonaws.com", "sns.amazonaws.com"]);
    const functions = ofType(quietResources, "AWS::Lambda::Function").map(
      ({ Properties }) => Properties.FunctionName,
    );
    expect(functions).toContain("fifo-fleet-image-uploaded");
    expect(functions).not.toContain("fifo-fleet-slack-message");
    for (const { Properties } of ofType(quietResources, "AWS::S3::Bucket"))
      expect(Properties).not.toHaveProperty("CorsConfiguration");
  });

  test("without Slack the pages stay, and without the pages Slack's route stays", () => {
    const types = (context: Record<string, unknown>) => publicTypes(resourcesOf(fleetOf(context)));
    expect(types({ slack: "false" })).toContain("AWS::CloudFront::Distribution");
    expect(types({ web: "false" })).toEqual(expect.arrayContaining(["AWS::ApiGatewayV2::Api"]));
    expect(types({ web: "false" })).not.toContain("AWS::CloudFront::Distribution");
  });
});

describe("tags", () => {
  /** The tags in a template, which are a list, or a map for some types. */
  const tagsOf = (value: unknown): Record<string, unknown> =>
    Array.isArray(value)
      ? Object.fromEntries(value.map(({ Key, Value }) => [Key, Value]))
      : ((value ?? {}) as object as Record<string, unknown>);

  test("everything that takes tags carries the fleet's name and those of the setting", () => {
    let tagged = 0;
    for (const stack of Object.values(quiet))
      for (const node of stack?.node.findAll() ?? []) {
        const tags = TagManager.of(node);
        if (tags === undefined || !("cfnResourceType" in node)) continue;
        tagged += 1;
        expect(tags.tagValues(), node.node.path).toMatchObject({
          "fifo-fleet": "fifo-fleet",
          team: "desk",
          "cost-center": "42",
        });
      }
    expect(tagged).toBeGreaterThan(60);
    for (const type of [
      "AWS::SQS::Queue",
      "AWS::DynamoDB::Table",
      "AWS::S3::Bucket",
      "AWS::Lambda::Function",
    ])
      for (const { Properties, id } of ofType(quietResources, type))
        expect(tagsOf(Properties.Tags), id).toMatchObject({ team: "desk" });
  });

  test("instances and their volumes carry them from their launch on", () => {
    for (const { Properties } of ofType(quietResources, "AWS::EC2::LaunchTemplate")) {
      const { TagSpecifications } = Properties.LaunchTemplateData as {
        TagSpecifications: { ResourceType: string; Tags: object[] }[];
      };
      const types = TagSpecifications.map(({ ResourceType }) => ResourceType);
      expect(types).toEqual(expect.arrayContaining(["instance", "volume"]));
      for (const { Tags } of TagSpecifications)
        expect(tagsOf(Tags)).toMatchObject({ "fifo-fleet": "fifo-fleet", team: "desk" });
    }
  });

  test("a tag without a value, of AWS's own prefix, or one of too many is refused", () => {
    expect(refused({ tags: "team" })).toThrow("tags: takes KEY=VALUE");
    expect(refused({ tags: "aws:team=desk" })).toThrow("tags: takes KEY=VALUE");
    const many = Array.from({ length: 41 }, (_, index) => `t${index}=x`).join();
    expect(refused({ tags: many })).toThrow("tags: takes 40 tags at most");
  });
});

test("calls are traced only where that is set, and then those of every trigger and the jobs of every worker", () => {
  const modes = (resources: readonly Resource[]) =>
    ofType(resources, "AWS::Lambda::Function")
      .filter(({ Properties }) => String(Properties.Description).startsWith("FIFO Fleet trigger"))
      .map(({ Properties }) => (Properties.TracingConfig as { Mode: string } | undefined)?.Mode);
  expect(new Set(modes(plainResources))).toEqual(new Set([undefined]));
  expect(new Set(modes(quietResources))).toEqual(new Set(["Active"]));
  const scripts = (resources: readonly Resource[]) =>
    ofType(resources, "AWS::EC2::LaunchTemplate").map((template) =>
      JSON.stringify(template).includes("FLEET_TRACING=xray"),
    );
  expect([new Set(scripts(plainResources)), new Set(scripts(quietResources))]).toEqual([
    new Set([false]),
    new Set([true]),
  ]);
});

describe("logs and money", () => {
  test("every log is kept as many days as the setting says", () => {
    const logs = ofType(quietResources, "AWS::Logs::LogGroup");
    expect(logs.length).toBeGreaterThan(5);
    for (const { Properties, id } of logs) expect(Properties.RetentionInDays, id).toBe(7);
    expect(refused({ logDays: "8" })).toThrow("logDays: takes one of 1, 3, 5");
  });

  test("a budget watches what carries the fleet's tag, and writes at what was spent and what is to be expected", () => {
    expect(ofType(plainResources, "AWS::Budgets::Budget")).toEqual([]);
    const [budget] = ofType(quietResources, "AWS::Budgets::Budget");
    expect(budget?.Properties.Budget).toMatchObject({
      BudgetType: "COST",
      TimeUnit: "MONTHLY",
      BudgetLimit: { Amount: 50, Unit: "USD" },
    });
    expect(spelled(budget?.Properties.Budget)).toContain("user:fifo-fleet$fifo-fleet");
    const told = budget?.Properties.NotificationsWithSubscribers as Record<string, unknown>[];
    expect(
      told.map(({ Notification }) => (Notification as { NotificationType: string }).NotificationType).sort(),
    ).toEqual(["ACTUAL", "ACTUAL", "FORECASTED"]);
    expect(JSON.stringify(told)).toContain("ops@example.org");
    expect(refused({ monthlyBudget: "50" })).toThrow("alarmMail: is missing");
    expect(refused({ monthlyBudget: "-1", alarmMail: "ops@example.org" })).toThrow(
      "monthlyBudget: takes dollars",
    );
  });
});
