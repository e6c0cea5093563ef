// The synthesised delivery pipeline: its source, the checks before a deployment, staging, approval, production.
import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";
import { addStacks } from "../../infra/app.ts";
import { InvalidContext, readSettings } from "../../infra/settings.ts";
import { synthCommands } from "../../infra/stacks/pipeline.ts";
import { testApp, withoutTraces } from "../support/synth.ts";

const given = {
  repository: "owner/name",
  branch: "trunk",
  connectionArn: "arn:aws:codeconnections:eu-west-1:123456789012:connection/0",
  alarmMail: "o'hara@example.org",
};
const settings = readSettings((name) => (given as Record<string, unknown>)[name]);
const app = testApp(given);
const assembly = withoutTraces(() => {
  addStacks(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  // Throws if cdk-nag has any finding.
  return app.synth();
});

type Action = {
  Name: string;
  ActionTypeId: { Category: string; Provider: string };
  Configuration?: Record<string, unknown>;
};
const { template } = assembly.getStackByName("fifo-fleet-pipeline");
const resources = Object.values(
  template.Resources as Record<string, { Type: string; Properties: Record<string, unknown> }>,
);
const [pipeline] = resources.filter(({ Type }) => Type === "AWS::CodePipeline::Pipeline");
const stages = (pipeline?.Properties.Stages ?? []) as { Name: string; Actions: Action[] }[];
const actions = stages.flatMap(({ Name: stage, Actions }) => Actions.map((action) => ({ stage, ...action })));

test("it follows one branch of the repository through a connection, without a token", () => {
  const [source] = actions.filter(({ ActionTypeId }) => ActionTypeId.Category === "Source");
  expect(source?.ActionTypeId.Provider).toBe("CodeStarSourceConnection");
  expect(source?.Configuration).toMatchObject({
    ConnectionArn: given.connectionArn,
    FullRepositoryId: "owner/name",
    BranchName: "trunk",
  });
  expect(JSON.stringify(template)).not.toMatch(/OAuthToken|SecretsManager/);
});

test("all checks and tests run before anything is deployed, and the synthesis gets the same settings", () => {
  const commands = synthCommands(settings);
  expect(commands.slice(0, 3)).toEqual(["npm ci", "npm run check", "npm test"]);
  expect(commands.at(-1)).toMatch(/^npx cdk synth /);
  expect(commands.at(-1)).toContain("-c 'repository=owner/name'");
  expect(commands.at(-1)).toContain(`-c 'alarmMail=o'\\''hara@example.org'`);
  const specs = resources
    .filter(({ Type }) => Type === "AWS::CodeBuild::Project")
    .map((project) => JSON.stringify(project));
  expect(specs.some((spec) => spec.includes("npm test") && spec.includes("npx cdk synth"))).toBe(true);
});

test("staging comes first, then a person's approval, then production", () => {
  expect(stages.map(({ Name }) => Name)).toEqual([
    "Source",
    "Build",
    "UpdatePipeline",
    "Assets",
    "Staging",
    "Production",
  ]);
  const kinds = (stage: string) =>
    actions.filter((action) => action.stage === stage).map(({ ActionTypeId }) => ActionTypeId.Category);
  expect(kinds("Staging")).not.toContain("Approval");
  expect(kinds("Production")[0]).toBe("Approval");
});

test("one pipeline deploys everything: each stage has all stacks, and staging has its own name", () => {
  const deployed = (stage: string) =>
    assembly
      .getNestedAssembly(`assembly-fifo-fleet-pipeline-${stage}`)
      .stacks.map(({ stackName }) => stackName)
      .sort();
  expect(deployed("Production").map((name) => name.replace(/^Production-/, ""))).toEqual(
    ["data", "messaging", "operations", "triggers", "web", "workers"].map((name) => `fifo-fleet-${name}`),
  );
  expect(deployed("Staging").every((name) => name.includes("fifo-fleet-staging-"))).toBe(true);
});

test("without a repository there is no pipeline", () => {
  const plain = testApp();
  withoutTraces(() =>
    addStacks(
      plain,
      readSettings(() => undefined),
    ),
  );
  const names = plain.node.children.map(({ node }) => node.id);
  expect(names).toContain("fifo-fleet-workers");
  expect(names.filter((name) => name.includes("pipeline"))).toEqual([]);
});

test("an invalid context is refused with every invalid value named", () => {
  const wrong: Record<string, unknown> = {
    fleet: "Fleet!",
    zones: "7",
    alarmMail: "nobody",
    architecture: "riscv",
    repository: "nothing",
    minInstances: "-1",
    targetWait: "60,mow-lawn=3",
    countSeconds: "30",
    mailAddress: "o'brien@example.org",
    mailAliases: "tales@example.org,nobody",
    mailAnswer: "always",
  };
  const read = () => readSettings((name) => wrong[name]);
  expect(read).toThrow(InvalidContext);
  for (const name of Object.keys(wrong)) expect(read).toThrow(`${name}: `);
});

test("settings that contradict each other are refused", () => {
  const refused = (context: Record<string, unknown>) => () => readSettings((name) => context[name]);
  expect(refused({ repository: "owner/name" })).toThrow("connectionArn: is missing");
  expect(refused({ ...given, fleet: "a-fleet-of-20-letters" })).toThrow("fleet: takes 16 characters");
  expect(refused({ minInstances: "3", maxInstances: "2" })).toThrow("minInstances: is above maxInstances");
  for (const [name, value] of [
    ["mailAliases", "tales@example.org"],
    ["mailEditor", "editor@example.org"],
    ["mailAnswer", "any"],
  ] as const)
    expect(refused({ [name]: value })).toThrow(`${name}: needs mailAddress`);
});
