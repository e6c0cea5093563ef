// The instances in the synthesised templates: what is launched, how it boots, how long it may drain, what it may do.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bootScript, containerFlags, workerUnit } from "../../infra/constructs/boot-script.ts";
import { drainBudget } from "../../infra/drain-budget.ts";
import { readyWithinSeconds } from "../../infra/instance-life.ts";
import { instanceRequirements } from "../../infra/instance-requirements.ts";
import { refreshPreferences } from "../../infra/rollout/preferences.ts";
import { deadLetterQueueName, queueName } from "../../worker/fleet/resources.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { readConfig } from "../../worker/process/config.ts";
import {
  fleetOf,
  listed,
  ofType,
  type Resource,
  resourcesOf,
  spelled,
  statementsIn,
} from "../support/synth.ts";

const resources = resourcesOf({ workers: fleetOf().workers });
const privately = resourcesOf({
  workers: fleetOf({
    privateSubnets: "true",
    zones: "2",
    onDemandBase: "1",
    architecture: "arm64",
    instanceTypes: "c8g.large, m8g.large",
    mailAddress: "stories@example.org",
    mailAliases: "tales@example.org, tales@example.net",
    mailEditor: "editor@example.org",
    mailAnswer: "dmarc-not-failed",
    alarmMail: "ops@example.org",
    minInstances: "1",
    maxInstances: "4",
    onDemandAfterMinutes: "0",
  }).workers,
});

/** The only resource of a type, or the only one whose id starts so: "Workers" are spot, "OnDemand" stands in. */
function only(type: string, among: readonly Resource[] = resources, id = ""): Resource {
  const [found, ...others] = ofType(among, type).filter((one) => one.id.startsWith(id));
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${type}`);
  return found;
}

const groupIn = (among: readonly Resource[], id = "Workers") =>
  only("AWS::AutoScaling::AutoScalingGroup", among, id).Properties;
const group = groupIn(resources);
const template = only("AWS::EC2::LaunchTemplate", resources, "Workers").Properties
  .LaunchTemplateData as Record<string, unknown>;
const userData = (among: readonly Resource[]) => {
  const { UserData } = only("AWS::EC2::LaunchTemplate", among, "Workers").Properties.LaunchTemplateData as {
    UserData: { "Fn::Base64": unknown };
  };
  return spelled(UserData["Fn::Base64"]);
};

/** Policies of roles. CDK moves statements that do not fit into a role's own policy to a policy beside it. */
const policiesIn = (among: readonly Resource[]) => [
  ...ofType(among, "AWS::IAM::Policy"),
  ...ofType(among, "AWS::IAM::ManagedPolicy"),
];

test("an idle fleet has no instance, and a deployment does not resize the fleet", () => {
  expect(group).toMatchObject({ MinSize: "0", MaxSize: "10", AutoScalingGroupName: "fifo-fleet-workers" });
  expect(group).not.toHaveProperty("DesiredCapacity");
});

test("all instances are spot, from the deepest and cheapest pools, and are replaced before EC2 reclaims them", () => {
  expect(group.CapacityRebalance).toBe(true);
  expect(group.MixedInstancesPolicy).toMatchObject({
    InstancesDistribution: {
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 0,
      SpotAllocationStrategy: "price-capacity-optimized",
    },
  });
});

test("instance types are chosen by attributes, so that a region without one of them takes another", () => {
  const overrides = (among: readonly Resource[]) =>
    (groupIn(among).MixedInstancesPolicy as { LaunchTemplate: { Overrides: unknown[] } }).LaunchTemplate
      .Overrides;
  const chosen = (makers: string[]) => ({
    InstanceRequirements: expect.objectContaining({
      VCpuCount: { Min: 2, Max: 2 },
      MemoryMiB: { Min: 3840, Max: 17_408 },
      CpuManufacturers: makers,
      BurstablePerformance: "excluded",
    }),
  });
  expect(overrides(resources)).toEqual([chosen(["intel", "amd"])]);
  expect(instanceRequirements("arm64").cpuManufacturers).toEqual(["amazon-web-services"]);
});

test("on-demand instances stand in only by a group of their own, which is empty by itself", () => {
  const standIns = groupIn(resources, "OnDemand");
  expect(standIns).toMatchObject({
    AutoScalingGroupName: "fifo-fleet-workers-on-demand",
    MinSize: "0",
    MixedInstancesPolicy: { InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 } },
  });
  expect(ofType(privately, "AWS::AutoScaling::AutoScalingGroup")).toHaveLength(1);
});

test("an instance is in service once its worker said so, and is abandoned when it does not", () => {
  for (const id of ["Workers", "OnDemand"])
    expect(
      only("AWS::AutoScaling::LifecycleHook", resources, `${id}GroupLifecycleHookReady`).Properties,
    ).toMatchObject({
      LifecycleHookName: "ready",
      LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      HeartbeatTimeout: readyWithinSeconds,
      DefaultResult: "ABANDON",
    });
});

test("no instance gets older than a week, and every deployment with another launch template replaces them all", () => {
  for (const id of ["Workers", "OnDemand"])
    expect(groupIn(resources, id).MaxInstanceLifetime).toBe(7 * 24 * 60 * 60);
  const rollout = only("AWS::CloudFormation::CustomResource", resources, "Rollout").Properties;
  expect(listed(rollout.Groups)).toEqual(["fifo-fleet-workers", "fifo-fleet-workers-on-demand"]);
  expect(listed(rollout.Templates)).toEqual([
    expect.stringMatching(/^<WorkersTemplate.*LatestVersionNumber>$/),
    expect.stringMatching(/^<OnDemandTemplate.*LatestVersionNumber>$/),
  ]);
  expect(refreshPreferences.MinHealthyPercentage).toBe(100);
});

test("a deployment is stopped by an alarm of its own version, which the repair of a broken one does not inherit", () => {
  const alarmOf = (among: readonly Resource[]) =>
    only("AWS::CloudWatch::Alarm", among, "RolloutFailing").Properties;
  const version = environmentOf(userData(resources)).FLEET_VERSION;
  expect(version).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}$/);
  expect(alarmOf(resources)).toMatchObject({
    MetricName: "InstancesFailed",
    Dimensions: expect.arrayContaining([{ Name: "Version", Value: version }]),
  });
  expect(userData(resources)).toContain(`VERSION='${version}'`);
  // Other settings of the worker are another version, whose alarm is another resource.
  expect(alarmOf(privately).AlarmName).not.toBe(alarmOf(resources).AlarmName);
});

test("somebody hears of the scaling events that ask for a person, and not of routine", () => {
  const { Properties } = only("AWS::SNS::Subscription", privately);
  const [topic] = ofType(privately, "AWS::SNS::Topic");
  expect(spelled(Properties.TopicArn)).toBe(`<${topic?.id}>`);
  expect(Properties).toMatchObject({
    ...{ Protocol: "email", Endpoint: "ops@example.org", FilterPolicyScope: "MessageBody" },
    FilterPolicy: {
      $or: [
        { "detail-type": ["EC2 Auto Scaling Instance Refresh Failed"] },
        { Event: ["autoscaling:EC2_INSTANCE_TERMINATE_ERROR"] },
      ],
    },
  });
});

test("instances are in three zones, or in two", () => {
  expect(group.VPCZoneIdentifier).toHaveLength(3);
  const Properties = groupIn(privately);
  expect(Properties.VPCZoneIdentifier).toHaveLength(2);
});

test("AZRebalance, which would terminate busy instances, is suspended at every deployment", () => {
  const { Create, Update } = only("Custom::AWS", resources, "Workers").Properties;
  for (const call of [Create, Update])
    expect(JSON.parse(spelled(call))).toMatchObject({
      action: "SuspendProcessesCommand",
      parameters: { AutoScalingGroupName: "fifo-fleet-workers", ScalingProcesses: ["AZRebalance"] },
    });
});

test("an instance has IMDSv2 only, two hops away for the container, encrypted volumes, and no key for SSH", () => {
  expect(template.MetadataOptions).toMatchObject({ HttpTokens: "required", HttpPutResponseHopLimit: 2 });
  const devices = template.BlockDeviceMappings as {
    Ebs: { Encrypted: boolean; DeleteOnTermination: boolean };
  }[];
  expect(devices.map(({ Ebs }) => [Ebs.Encrypted, Ebs.DeleteOnTermination])).toEqual([[true, true]]);
  expect(template).not.toHaveProperty("KeyName");
  expect(template.InstanceInitiatedShutdownBehavior).toBe("terminate");
});

test("nobody can connect to an instance, and an instance can only make HTTPS connections", () => {
  const { Properties } = only("AWS::EC2::SecurityGroup");
  expect(Properties).not.toHaveProperty("SecurityGroupIngress");
  expect(ofType(resources, "AWS::EC2::SecurityGroupIngress")).toEqual([]);
  expect(Properties.SecurityGroupEgress).toEqual([
    expect.objectContaining({ IpProtocol: "tcp", FromPort: 443, ToPort: 443 }),
  ]);
});

test("there is no NAT gateway unless private subnets are configured; S3 and DynamoDB have gateway endpoints", () => {
  expect(ofType(resources, "AWS::EC2::NatGateway")).toEqual([]);
  expect(ofType(privately, "AWS::EC2::NatGateway")).toHaveLength(1);
  for (const among of [resources, privately]) {
    const endpoints = ofType(among, "AWS::EC2::VPCEndpoint").map(({ Properties }) => [
      Properties.VpcEndpointType,
      spelled(Properties.ServiceName).split(".").at(-1),
    ]);
    expect(endpoints.sort()).toEqual([
      ["Gateway", "dynamodb"],
      ["Gateway", "s3"],
    ]);
  }
});

test("each drain budget is longer than the one inside it", () => {
  const { drain, stopTimeout, unitStop, scaleIn, hook } = drainBudget;
  expect(drain).toBeLessThan(stopTimeout);
  expect(stopTimeout).toBeLessThan(unitStop);
  // The two minutes of a spot notice.
  expect(unitStop).toBeLessThanOrEqual(120);
  expect(scaleIn).toBeLessThan(hook);
  expect(
    only("AWS::AutoScaling::LifecycleHook", resources, "WorkersGroupLifecycleHookDrain").Properties,
  ).toMatchObject({
    LifecycleHookName: "drain",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    HeartbeatTimeout: hook,
    DefaultResult: "CONTINUE",
  });
});

/** The environment that the unit in the user data sets with `--env NAME=value`. */
function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/--env (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}

test("the worker accepts the settings of the unit, including its drain budgets and hook", () => {
  const environment = environmentOf(userData(resources));
  const config = readConfig({ ...environment, AWS_REGION: "eu-west-1" });
  expect(config).toMatchObject({
    FLEET_NAME: "fifo-fleet",
    FLEET_BUCKET_SUFFIX: "-<AWS::AccountId>-<AWS::Region>",
    FLEET_METADATA: "ec2",
    FLEET_SANDBOX: "required",
    FLEET_SCALING_GROUP: "fifo-fleet-workers",
    FLEET_LIFECYCLE_HOOK: "drain",
    FLEET_LAUNCH_HOOK: "ready",
    FLEET_DRAIN_SECONDS: drainBudget.drain,
    FLEET_SCALE_IN_SECONDS: drainBudget.scaleIn,
    FLEET_INSTANCE_ID: ["$", "{INSTANCE_ID}"].join(""),
  });
});

test("the worker may send only from the configured mail address", () => {
  expect(environmentOf(userData(privately))).toMatchObject({
    FLEET_MAIL_ADDRESS: "stories@example.org",
    FLEET_MAIL_EDITOR: "editor@example.org",
  });
  expect(Object.keys(environmentOf(userData(resources))).filter((name) => name.includes("MAIL"))).toEqual([]);
  const sending = (among: readonly Resource[]) =>
    policiesIn(among)
      .flatMap(statementsIn)
      .filter(({ Action }) => JSON.stringify(Action).includes("ses:"));
  expect(sending(resources)).toEqual([]);
  expect(sending(privately)).toEqual([
    expect.objectContaining({ Condition: { StringEquals: { "ses:FromAddress": "stories@example.org" } } }),
  ]);
});

test("the worker gets the mail settings unchanged: addresses, editor, answer policy", () => {
  const { mail } = readConfig({ ...environmentOf(userData(privately)), AWS_REGION: "eu-west-1" });
  expect(mail).toEqual({
    address: "stories@example.org",
    aliases: ["tales@example.org", "tales@example.net"],
    editor: "editor@example.org",
    answer: "dmarc-not-failed",
    withheldSeconds: 86_400,
  });
});

test("the container has no capability, no writable root, limited memory and processes, and time to drain", () => {
  const unit = workerUnit({ region: "r", image: "i", logGroup: "/g", environment: {} });
  for (const flag of containerFlags) expect(unit).toContain(flag);
  // The boot script has pulled the image by its digest; a log that cannot be written must not stop the worker.
  expect(unit).toMatch(/docker run .*--rm --pull never/);
  expect(unit).toContain("--log-opt mode=non-blocking");
  expect(containerFlags).toEqual(
    expect.arrayContaining([
      "--read-only",
      "--cap-drop ALL",
      "--security-opt no-new-privileges",
      "--pids-limit 512",
      expect.stringMatching(/^--memory \$/),
      `--stop-timeout ${drainBudget.stopTimeout}`,
    ]),
  );
  expect(unit).toContain("Restart=on-failure");
  expect(unit).toMatch(/StartLimitIntervalSec=600\nStartLimitBurst=5\nOnFailure=fifo-fleet-failed.service/);
  expect(unit).toContain(`TimeoutStopSec=${drainBudget.unitStop}`);
  expect(unit).toContain("awslogs-format=json/emf");
});

// EC2 takes 16,384 bytes before they are encoded (EC2 user guide, "User data"). References are longer once they are resolved.
test("the boot script leaves two kilobytes of what EC2 takes free, mail settings included", () => {
  expect(Buffer.byteLength(userData(privately))).toBeLessThan(16_384 - 2048);
});

test("the boot script is valid shell, and every line of the unit's command is continued", () => {
  const options = {
    region: "eu-west-1",
    image: "r/i:t",
    registry: "r",
    logGroup: "/g",
    fleet: "f",
    group: "g",
    version: "v",
    environment: { A: "b" },
  };
  const script = bootScript(options);
  expect(() => execFileSync("bash", ["-n"], { input: script })).not.toThrow();
  const [, command = ""] = script.split("ExecStart=");
  const lines = command.slice(0, command.indexOf("ExecStop")).trimEnd().split("\n");
  expect(lines.at(-1)?.trim()).toBe("r/i:t");
  expect(lines.slice(0, -1).filter((line) => !line.endsWith(" \\"))).toEqual([]);
});

test("settings reach the group: bounds, on-demand base, types, architecture of image and AMI", () => {
  const Properties = groupIn(privately);
  expect(Properties).toMatchObject({
    MinSize: "1",
    MaxSize: "4",
    MixedInstancesPolicy: {
      InstancesDistribution: { OnDemandBaseCapacity: 1 },
      LaunchTemplate: { Overrides: [{ InstanceType: "c8g.large" }, { InstanceType: "m8g.large" }] },
    },
  });
  const { ImageId } = only("AWS::EC2::LaunchTemplate", privately, "Workers").Properties
    .LaunchTemplateData as {
    ImageId: unknown;
  };
  expect(spelled(ImageId)).toContain("arm64");
});

/** The worker's rights: resources by action. */
const worker = new Map<string, string[]>();
const role = ofType(resources, "AWS::IAM::Role").find(({ id }) => id.startsWith("WorkerRole"))?.id;
for (const { Action, Resource } of policiesIn(resources)
  .filter(({ Properties }) => listed(Properties.Roles).includes(`<${role}>`))
  .flatMap(statementsIn))
  for (const action of [Action].flat())
    worker.set(action, [...(worker.get(action) ?? []), ...listed(Resource)]);

const lastPart = (arn: string) => arn.split(":").at(-1);

test("the worker may receive jobs of every kind, and send only to their dead-letter queues", () => {
  const all = (name: typeof queueName) => jobKinds.map((kind) => name("fifo-fleet", kind)).sort();
  for (const action of ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"])
    expect(worker.get(action)?.map(lastPart).sort()).toEqual(all(queueName));
  expect(worker.get("sqs:SendMessage")?.map(lastPart).sort()).toEqual(all(deadLetterQueueName));
});

test("the worker may complete its own groups' lifecycle actions and report their health, but not start or terminate an instance", () => {
  const actions = [...worker.keys()].filter((action) => /^(autoscaling|ec2):/.test(action));
  expect(actions).toEqual(["autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceHealth"]);
  const own =
    "arn:<AWS::Partition>:autoscaling:<AWS::Region>:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/fifo-fleet-workers";
  for (const action of actions) expect(worker.get(action)).toEqual([own, `${own}-on-demand`]);
});

test("the worker may delete uploads only by version, and no mail or part of one", () => {
  expect(worker.has("s3:DeleteObject") && worker.get("s3:DeleteObject")?.join().includes("uploads")).toBe(
    false,
  );
  expect(worker.get("s3:DeleteObjectVersion")?.join()).not.toMatch(/mails|parts/);
});

test("no role has a managed policy of AWS, and none may pass or assume another role", () => {
  for (const { Properties } of ofType(resources, "AWS::IAM::Role"))
    expect(Properties).not.toHaveProperty("ManagedPolicyArns");
  expect([...worker.keys()].filter((action) => /^(iam|sts):/.test(action))).toEqual([]);
});
