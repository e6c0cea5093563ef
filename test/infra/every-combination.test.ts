// Settings together: every pair of choices is synthesised in some fleet, so no two of them exclude each other by mistake.
import { Template } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import { addFleet } from "../../infra/fleet.ts";
import { readSettings, settingNames } from "../../infra/settings.ts";
import { ofType, resourcesOf, testApp, withoutTraces } from "../support/synth.ts";

type Context = Readonly<Record<string, string>>;

/** What a person chooses, one of each list. Settings that need each other are one choice. */
const choices: Readonly<Record<string, readonly Context[]>> = {
  network: [
    {},
    { privateSubnets: "true" },
    { privateSubnets: "true", natPerZone: "true", vpcCidr: "10.80.0.0/20" },
    { vpcId: "vpc-0123456789abcdef0", subnetIds: "subnet-0123456789abcdef0,subnet-0123456789abcdef1" },
  ],
  web: [
    {},
    { web: "false" },
    { webDomain: "files.example.org", webCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/0" },
  ],
  mail: [
    {},
    { mailAddress: "stories@example.org", mailIdentity: "example.org" },
    {
      ...{ mailAddress: "stories@example.org", mailAliases: "tales@example.org" },
      ...{ mailEditor: "editor@example.org", mailAnswer: "any", shareMails: "true" },
    },
  ],
  alarms: [{}, { alarmMail: "ops@example.org" }, { alarmMail: "ops@example.org", monthlyBudget: "100" }],
  onDemand: [{}, { onDemandAfterMinutes: "0" }, { onDemandBase: "1" }],
  size: [{}, { minInstances: "1", maxInstances: "87" }],
  zones: [{}, { zones: "2" }],
  architecture: [{}, { architecture: "arm64" }],
  types: [{}, { instanceTypes: "c8g.large,m8g.large" }],
  ami: [{}, { amiParameter: "/my/ami" }],
  slack: [{}, { slack: "false" }],
  tracing: [{}, { tracing: "true" }],
  reserved: [{ reservedConcurrency: "true" }, { reservedConcurrency: "false" }],
  counting: [{}, { countSeconds: "10", targetWait: "30,parse-mail=20" }],
  names: [{}, { fleet: "a", tags: "team=desk", logDays: "7", docsUrl: "https://example.org/docs" }],
  files: [
    {},
    {
      ...{ fileHours: "2", maxFileHours: "4", maxFileBytes: "1000", quotaBytes: "9000" },
      ...{
        blockedAddresses: "@rival.example",
        anonymousPictures: "true",
        uploadOrigins: "https://example.org",
      },
    },
  ],
};

/** Settings of the pipeline, which has tests of its own. */
const ofPipeline = ["repository", "branch", "connectionArn", "staging", "production"];

const names = Object.keys(choices);
type Row = readonly number[];

/** The pairs of choices in a row, as texts. */
const pairsIn = (row: Row) =>
  row.flatMap((one, a) => row.slice(a + 1).map((other, more) => `${a}=${one} ${a + 1 + more}=${other}`));

/** Rows that contain every pair, each the best of many drawn ones. The same every time. */
function rowsWithEveryPair(sizes: readonly number[]): Row[] {
  let state = 1;
  const draw = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const open = new Set<string>();
  for (const [a, size] of sizes.entries())
    for (let b = a + 1; b < sizes.length; b += 1)
      for (let one = 0; one < size; one += 1)
        for (let other = 0; other < (sizes[b] ?? 0); other += 1) open.add(`${a}=${one} ${b}=${other}`);
  const rows: Row[] = [];
  while (open.size > 0) {
    const news = (row: Row) => pairsIn(row).filter((pair) => open.has(pair)).length;
    const [best = []] = Array.from({ length: 400 }, () => sizes.map(draw)).sort((a, b) => news(b) - news(a));
    if (news(best) === 0) continue;
    for (const pair of pairsIn(best)) open.delete(pair);
    rows.push(best);
  }
  return rows;
}

const rows = rowsWithEveryPair(names.map((name) => choices[name]?.length ?? 0));
const contextOf = (row: Row): Context =>
  Object.assign({}, ...row.map((chosen, index) => choices[names[index] ?? ""]?.[chosen]));

test("every setting is among the choices", () => {
  const chosen = new Set([...Object.values(choices).flat().flatMap(Object.keys), ...ofPipeline]);
  expect(settingNames.filter((name) => !chosen.has(name))).toEqual([]);
});

test("the rows contain every pair of choices, in few fleets", () => {
  const found = new Set(rows.flatMap(pairsIn));
  const sizes = names.map((name) => choices[name]?.length ?? 0);
  const wanted = sizes.reduce(
    (sum, size, a) => sum + sizes.slice(a + 1).reduce((more, other) => more + size * other, 0),
    0,
  );
  expect(found.size).toBe(wanted);
  expect(rows.length).toBeLessThan(22);
});

test.each(rows.map((row) => [JSON.stringify(contextOf(row)), row] as const))(
  "%s is synthesised",
  { timeout: 300_000 },
  (_, row) => {
    const context = contextOf(row);
    const stacks = withoutTraces(() =>
      addFleet(
        testApp(context),
        readSettings((name) => context[name]),
      ),
    );
    const resources = resourcesOf(stacks);
    // CloudFormation takes 500 resources a stack.
    for (const stack of Object.values(stacks))
      if (stack) {
        const { Resources = {} } = Template.fromStack(stack).toJSON() as { Resources?: object };
        expect(Object.keys(Resources).length, stack.stackName).toBeLessThan(400);
      }
    const has = (type: string) => ofType(resources, type).length > 0;
    expect(has("AWS::EC2::VPC")).toBe(!("vpcId" in context));
    expect(has("AWS::EC2::NatGateway")).toBe("privateSubnets" in context);
    expect(has("AWS::CloudFront::Distribution")).toBe(context.web !== "false");
    expect(has("AWS::ApiGatewayV2::Api")).toBe(context.web !== "false" || context.slack !== "false");
    expect(has("AWS::SES::EmailIdentity")).toBe("mailAddress" in context && !("mailIdentity" in context));
    expect(has("AWS::Budgets::Budget")).toBe("monthlyBudget" in context);
  },
);
