// Stacks name each other's resources instead of exporting them, so that each can change alone; what must be there first is
// deployed first.
import type { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { FleetStacks } from "../../infra/fleet.ts";
import type { EventSource } from "../../triggers/catalog/event-sources.ts";
import { fleetOf, spelled, withoutTraces } from "../support/synth.ts";

type Json = {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Outputs?: Record<string, { Export?: { Name: unknown } }>;
};
type Templates = ReadonlyMap<string, Json>;

const present = (stacks: FleetStacks) =>
  Object.entries<Stack | undefined>(stacks).flatMap(([name, stack]) =>
    stack ? [[name, stack] as const] : [],
  );
const templatesOf = (stacks: FleetStacks): Templates =>
  withoutTraces(
    () => new Map(present(stacks).map(([name, stack]) => [name, Template.fromStack(stack).toJSON() as Json])),
  );

/** What a template imports or reads, and what it exports or writes, by name. */
const exported = ({ Outputs = {} }: Json) =>
  Object.values(Outputs).flatMap(({ Export }) => (Export ? [spelled(Export.Name)] : []));
const imported = (template: Json) =>
  [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name = ""]) => name);
const written = ({ Resources }: Json) =>
  Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === "AWS::SSM::Parameter" ? [spelled(Properties?.Name)] : [],
  );
const read = ({ Parameters = {} }: Json) =>
  Object.values(Parameters).flatMap(({ Type, Default }) =>
    Type.startsWith("AWS::SSM::Parameter::Value") && String(Default).startsWith("/fifo-fleet/")
      ? [String(Default)]
      : [],
  );

const everything = {
  alarmMail: "ops@example.org",
  mailAddress: "stories@example.org",
  privateSubnets: "true",
  reservedConcurrency: "true",
};

describe.each([
  ["without any setting", {}],
  ["with mail and private subnets", everything],
])("a fleet %s", (_, context) => {
  const stacks = fleetOf(context);
  const templates = templatesOf(stacks);
  const earlier = (stack: Stack): Stack[] => stack.dependencies.flatMap((one) => [one, ...earlier(one)]);

  test("has no export and no import", () => {
    for (const [name, template] of templates) {
      expect([name, exported(template)]).toEqual([name, []]);
      expect([name, imported(template), JSON.stringify(template).includes("GetStackOutput")]).toEqual([
        name,
        [],
        false,
      ]);
    }
  });

  test("deploys what a stack needs before it: topics, queues and buckets that it names, parameters that it reads", () => {
    const namesIn = new Map(
      [...templates].map(([stack, template]) => [
        stack,
        [
          ...written(template),
          ...Object.values(template.Resources).flatMap(({ Properties: own = {} }) =>
            [own.QueueName, own.TopicName, own.BucketName].flatMap((name) => (name ? [spelled(name)] : [])),
          ),
        ],
      ]),
    );
    let needs = 0;
    for (const [name, stack] of present(stacks)) {
      const template = templates.get(name) ?? { Resources: {} };
      const first = earlier(stack);
      for (const needed of [...neededBy(template), ...read(template)]) {
        const [owner] = [...namesIn].find(([, names]) => names.includes(needed)) ?? [];
        expect([name, needed, owner === undefined]).toEqual([name, needed, false]);
        const there = owner === name || first.includes(stacks[owner as keyof FleetStacks] as Stack);
        expect([name, needed, there]).toEqual([name, needed, true]);
        needs += 1;
      }
    }
    expect(needs).toBeGreaterThan(15);
  });
});

/** Names of what has to exist when a resource is made: CloudFormation's order within a stack does not help between stacks. */
function neededBy({ Resources }: Json): string[] {
  const named = (value: unknown) => {
    const text = spelled(value);
    return text.startsWith("arn:") ? (text.split(":").at(-1) ?? "") : text;
  };
  const references = Object.values(Resources).flatMap(({ Type, Properties: own = {} }) => {
    const text = JSON.stringify(own);
    switch (Type) {
      case "AWS::SNS::Subscription":
        return [own.TopicArn];
      case "AWS::S3::Bucket":
        return notifiedBy(own);
      case "AWS::Lambda::EventInvokeConfig":
      case "AWS::Lambda::EventSourceMapping":
        return text.includes("DestinationConfig") ? [destinationOf(own)] : [];
      case "AWS::SES::ReceiptRule":
        return storedBy(own);
      default:
        return [];
    }
  });
  return references.map(named).filter((name) => !name.startsWith("<") && name !== "undefined");
}

const notifiedBy = ({ NotificationConfiguration }: Record<string, unknown>) =>
  (
    (NotificationConfiguration as { TopicConfigurations?: { Topic: unknown }[] })?.TopicConfigurations ?? []
  ).map(({ Topic }) => Topic);
const destinationOf = ({ DestinationConfig }: Record<string, unknown>) =>
  (DestinationConfig as { OnFailure?: { Destination?: unknown } }).OnFailure?.Destination;
const storedBy = ({ Rule }: Record<string, unknown>) =>
  (Rule as { Actions: { S3Action: { BucketName: unknown; TopicArn: unknown } }[] }).Actions.flatMap(
    ({ S3Action }) => [S3Action.BucketName, S3Action.TopicArn],
  );

/** The stacks of a fleet whose catalog lacks a trigger. */
async function without(trigger: string): Promise<Templates> {
  vi.resetModules();
  vi.doMock("../../triggers/catalog/event-sources.ts", async (original) => {
    const real = await original<{
      eventSources: Record<string, EventSource>;
      triggersWithFailures: string[];
    }>();
    const { [trigger]: _, ...eventSources } = real.eventSources;
    return {
      eventSources,
      triggersWithFailures: real.triggersWithFailures.filter((name) => name !== trigger),
    };
  });
  const support = await import("../support/synth.ts");
  return templatesOf(support.fleetOf());
}

describe("a fleet that loses a trigger", () => {
  const all = templatesOf(fleetOf());
  afterEach(() => void vi.doUnmock("../../triggers/catalog/event-sources.ts"));

  test.each(["image-uploaded", "record-changed", "slack-message"])(
    "deploys at once without %s: nothing disappears that another stack still holds, and nothing else changes",
    async (trigger) => {
      const after = await without(trigger);
      const imports = [...all.values()].flatMap(imported);
      const gone = [...all.values()]
        .flatMap(exported)
        .filter((name) => ![...after.values()].flatMap(exported).includes(name));
      expect(gone.filter((name) => imports.includes(name))).toEqual([]);
      const stillWritten = [...after.values()].flatMap(written);
      for (const template of after.values())
        for (const name of read(template)) expect(stillWritten).toContain(name);
      expect(changed("data", after)).toEqual([]);
      expect(changed("workers", after)).toEqual([]);
      const about = new RegExp(`${trigger}|${trigger.replaceAll("-", "")}`, "i");
      // The rights to count all queues name those of the trigger; without Slack there is no API.
      for (const stack of ["messaging", "triggers"])
        for (const [id, text] of changed(stack, after))
          expect(
            about.test(id + text) || id.startsWith("Http") || id.startsWith("ApiUrl"),
            `${stack} ${id}`,
          ).toBe(true);
    },
  );

  /** Resources of a stack that are not the same afterwards. */
  function changed(stack: string, after: Templates): [string, string][] {
    const before = all.get(stack)?.Resources ?? {};
    const now = after.get(stack)?.Resources ?? {};
    return Object.entries(before).flatMap(([id, resource]) =>
      JSON.stringify(resource) === JSON.stringify(now[id])
        ? []
        : [[id, JSON.stringify(resource)] as [string, string]],
    );
  }
});
