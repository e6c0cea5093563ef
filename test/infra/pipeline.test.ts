// The synthesised delivery pipeline: its source, the checks before a deployment, staging, approval, production.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { addStacks } from "../../infra/app.ts";
import { InvalidContext, readSettings } from "../../infra/settings.ts";
import { synthCommands } from "../../infra/stacks/pipeline.ts";
import { listed, spelled, statementsIn, testApp, withoutTraces } from "../support/synth.ts";

const given = {
  repository: "owner/name",
  branch: "trunk",
  connectionArn: "arn:aws:codeconnections:eu-west-1:123456789012:connection/0",
  alarmMail: "o'hara@example.org",
};
type Found = { Type: string; Properties: Record<string, unknown> };
type Action = {
  Name: string;
  ActionTypeId: { Category: string; Provider: string };
  Configuration?: Record<string, unknown>;
};
type Stage = { Name: string; Actions: Action[]; OnFailure?: unknown; OnSuccess?: { Conditions: unknown[] } };

/** The pipeline of a context; with cdk-nag it throws for any finding. */
function pipelineOf(context: Record<string, unknown>, withNag: boolean) {
  const settings = readSettings((name) => context[name]);
  const app = testApp(context);
  const assembly = withoutTraces(() => {
    addStacks(app, settings);
    if (withNag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    return app.synth();
  });
  const { template } = assembly.getStackByName("fifo-fleet-pipeline");
  const resources = Object.values(template.Resources as Record<string, Found>);
  const [pipeline] = resources.filter(({ Type }) => Type === "AWS::CodePipeline::Pipeline");
  const stages = (pipeline?.Properties.Stages ?? []) as Stage[];
  const actions = stages.flatMap(({ Name: stage, Actions }) =>
    Actions.map((action) => ({ stage, ...action })),
  );
  const projects = resources.filter(({ Type }) => Type === "AWS::CodeBuild::Project");
  return { settings, assembly, template, resources, stages, actions, projects };
}

const { settings, assembly, template, resources, stages, actions, projects } = pipelineOf(given, true);

/** The only project whose commands contain a text. */
function projectWith(text: string, among: readonly Found[] = projects): Found {
  const [found, ...others] = among.filter((project) => JSON.stringify(project).includes(text));
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} projects with ${text}`);
  return found;
}

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
  expect(JSON.stringify(projectWith("npm test"))).toContain("npx cdk synth");
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
  const names = (stage: string) => actions.filter((action) => action.stage === stage).map(({ Name }) => Name);
  // The image is scanned before anything runs it, and the smoke test is the last before a person is asked.
  expect(names("Staging")[0]).toBe("ScanImage");
  expect(names("Staging").at(-1)).toBe("Smoke");
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

test("the smoke test uses staging by a role of its own, and its build may do nothing but take that role", () => {
  const smoke = JSON.stringify(projectWith("npm run smoke"));
  expect(smoke).toContain("npm run smoke -- --aws");
  expect(smoke).toContain("fifo-fleet-staging");
  const assumed = resources
    .flatMap(statementsIn)
    .filter(({ Action }) => [Action].flat().includes("sts:AssumeRole"));
  const roles = assumed
    .flatMap(({ Resource }) => listed(Resource))
    .filter((role) => role.endsWith("fifo-fleet-staging-smoke"));
  expect(roles).toHaveLength(1);
  const stack = assembly
    .getNestedAssembly("assembly-fifo-fleet-pipeline-Staging")
    .stacks.find(({ stackName }) => stackName.endsWith("-smoke"));
  const rights = statementsIn(stack?.template).filter(({ Action }) => Action !== "sts:AssumeRole");
  expect(rights.length).toBeGreaterThan(5);
  for (const { Action, Resource } of rights) {
    expect([Action].flat().join()).not.toMatch(/\*|Delete|s3:GetObject/);
    expect(listed(Resource)).not.toContain("*");
  }
});

test("the image goes to repositories of the fleets' own, whose tags never move, before any stage is deployed", () => {
  expect(assembly.getStackByName("fifo-fleet-pipeline").dependencies.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["fifo-fleet-image", "fifo-fleet-staging-image"]),
  );
  for (const name of ["fifo-fleet", "fifo-fleet-staging"]) {
    const image = assembly.getStackByName(`${name}-image`).template as { Resources: Record<string, Found> };
    const [repository] = Object.values(image.Resources).filter(({ Type }) => Type === "AWS::ECR::Repository");
    expect(repository?.Properties).toMatchObject({
      RepositoryName: `${name}-worker`,
      ImageTagMutability: "IMMUTABLE",
      ImageScanningConfiguration: { ScanOnPush: true },
    });
    expect(JSON.stringify(repository?.Properties.LifecyclePolicy)).toContain("imageCountMoreThan");
  }
  expect(JSON.stringify(projectWith("npm run scan-image"))).toMatch(
    /--repository fifo-fleet-worker --tag [0-9a-f]{64}/,
  );
  const scans = resources
    .flatMap(statementsIn)
    .filter(({ Action }) => [Action].flat().includes("ecr:DescribeImageScanFindings"));
  expect(scans.flatMap(({ Resource }) => listed(Resource)).map((arn) => arn.split(":").at(-1))).toEqual([
    "repository/fifo-fleet-worker",
  ]);
});

test("a stage that fails, or after which people are affected, is taken back", () => {
  for (const [name, fleet] of [
    ["Staging", "fifo-fleet-staging"],
    ["Production", "fifo-fleet"],
  ]) {
    const stage = stages.find(({ Name }) => Name === name);
    expect(stage?.OnFailure).toEqual({ Result: "ROLLBACK" });
    expect(stage?.OnSuccess?.Conditions).toEqual([
      {
        Result: "ROLLBACK",
        Rules: [
          expect.objectContaining({
            RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "CloudWatchAlarm", Version: "1" },
            Configuration: { AlarmName: `${fleet}-PeopleAffected`, AlarmStates: "ALARM", WaitTime: "10" },
          }),
        ],
      },
    ]);
    // The alarm of that name is in the stage.
    const operations = assembly
      .getNestedAssembly(`assembly-fifo-fleet-pipeline-${name}`)
      .stacks.find(({ stackName }) => stackName.endsWith("-operations"));
    expect(JSON.stringify(operations?.template)).toContain(`"AlarmName":"${fleet}-PeopleAffected"`);
  }
});

test("every build has a stated Node for npm, and the project's own is that of the lock file", () => {
  for (const project of projects) {
    const { BuildSpec } = project.Properties.Source as { BuildSpec: unknown };
    const text = spelled(BuildSpec);
    // What publishes assets has its commands in a file of the assembly.
    const commands = text.endsWith(".yaml") ? readFileSync(join(assembly.directory, text), "utf8") : text;
    expect(commands).toMatch(/"nodejs": "22"/);
  }
});

describe("an arm64 image, and stages in accounts of their own", () => {
  const places = { staging: "111111111111/eu-west-1", production: "222222222222/eu-west-1" };
  const other = pipelineOf(
    { ...given, ...places, architecture: "arm64", slack: "false", web: "false" },
    false,
  );
  const environment = (project: Found) => project.Properties.Environment as { Type: string; Image: string };

  test("an arm64 image is built on ARM, everything else where the rest is built", () => {
    const assets = other.projects.filter((project) => JSON.stringify(project).includes("DockerAsset.yaml"));
    expect(assets.length).toBeGreaterThan(0);
    for (const project of assets) expect(environment(project).Type).toBe("ARM_CONTAINER");
    expect(environment(projectWith("npm test", other.projects)).Type).toBe("LINUX_CONTAINER");
    for (const project of projects) expect(environment(project).Type).toBe("LINUX_CONTAINER");
  });

  test("the repository of the other account lets the pipeline's account push, and the smoke role lets it in", () => {
    const image = JSON.stringify(other.assembly.getStackByName("fifo-fleet-staging-image").template);
    expect(image).toContain(":iam::222222222222:root");
    const smoke = other.assembly
      .getNestedAssembly("assembly-fifo-fleet-pipeline-Staging")
      .stacks.find(({ stackName }) => stackName.endsWith("-smoke"));
    expect(JSON.stringify(smoke?.template)).toContain(":iam::222222222222:root");
    expect(JSON.stringify(projectWith("npm run smoke", other.projects))).toContain("--without text");
  });

  test("people's alarm is watched where the pipeline can read it, which is in its own account", () => {
    const watched = (name: string) => other.stages.find(({ Name }) => Name === name)?.OnSuccess !== undefined;
    expect([watched("Staging"), watched("Production")]).toEqual([false, true]);
  });
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
  const staging = "123456789012/eu-west-1";
  const message = "production: is missing; staging in a place of its own needs it";
  expect(refused({ ...given, staging })).toThrow(`the context cannot be used:\n  ${message}`);
  expect(refused({ staging, production: staging })).toThrow("staging: needs repository");
  expect(refused({ ...given, fleet: "a-fleet-of-20-letters" })).toThrow("fleet: takes 16 characters");
  expect(refused({ minInstances: "3", maxInstances: "2" })).toThrow("minInstances: is above maxInstances");
  for (const [name, value] of [
    ["mailAliases", "tales@example.org"],
    ["mailEditor", "editor@example.org"],
    ["mailAnswer", "any"],
  ] as const)
    expect(refused({ [name]: value })).toThrow(`${name}: needs mailAddress`);
});
