// The stacks of a fleet synthesised in this process, without bundling (one test bundles), and ways to look into them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, type Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { addFleet, type FleetStacks } from "../../infra/fleet.ts";
import { readSettings } from "../../infra/settings.ts";

const { context: flags } = JSON.parse(readFileSync(join(import.meta.dirname, "../../cdk.json"), "utf8")) as {
  context: Record<string, unknown>;
};

/** A resource of a template as it will be sent. */
export type Resource = {
  stack: string;
  id: string;
  Type: string;
  // Templates are JSON of many shapes; the tests say what they expect of each.
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
};

/** An app with the flags of cdk.json and some context, which bundles nothing. */
export function testApp(context: Record<string, unknown> = {}): App {
  const quick = { "aws:cdk:bundling-stacks": [] };
  return new App({ stackTraces: false, context: { ...flags, ...quick, ...context } });
}

/** Fleets that were made in this process, by their context: tests only read them. */
const made = new Map<string, FleetStacks>();

/** A fleet's stacks. The same context gives the same fleet. */
export function fleetOf(context: Record<string, unknown> = {}): FleetStacks {
  const key = JSON.stringify(context);
  const fleet = made.get(key) ?? newFleet(context);
  made.set(key, fleet);
  return fleet;
}

function newFleet(context: Record<string, unknown>): FleetStacks {
  const settings = readSettings((name) => context[name]);
  return withoutTraces(() => addFleet(testApp(context), settings));
}

/** CDK notes where each construct was made; mapped back to sources, that is most of the time a synthesis takes here. */
export function withoutTraces<Result>(call: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Everything in the stacks' templates. */
export function resourcesOf(stacks: Readonly<Record<string, Stack | undefined>>): Resource[] {
  return withoutTraces(() =>
    Object.values(stacks).flatMap((stack) =>
      stack === undefined ? [] : resourcesIn(stack.stackName, Template.fromStack(stack).toJSON()),
    ),
  );
}

function resourcesIn(stack: string, template: Record<string, unknown>): Resource[] {
  const { Resources = {} } = template as { Resources?: Record<string, Omit<Resource, "stack" | "id">> };
  return Object.entries(Resources).map(([id, { Properties = {}, ...resource }]) => ({
    stack,
    id,
    ...resource,
    Properties,
  }));
}

/** The resources of a type. */
export const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter(({ Type }) => Type === type);

/** A statement of a policy document. */
export type Statement = {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};

/** Every policy statement anywhere in a resource: inline, attached, of a trust, of a queue, a topic or a bucket. */
export function statementsIn(value: unknown): Statement[] {
  if (Array.isArray(value)) return value.flatMap(statementsIn);
  if (typeof value !== "object" || value === null) return [];
  const own = "Statement" in value ? ([value.Statement].flat() as Statement[]) : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
}

/** A value with its references spelled out, for comparing: `arn:<AWS::Partition>:s3:::x-<AWS::AccountId>`. */
export function spelled(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if ("Ref" in value) return `<${value.Ref}>`;
  if ("Fn::GetAtt" in value) return `<${(value["Fn::GetAtt"] as string[]).join(".")}>`;
  if ("Fn::ImportValue" in value) return `<${spelled(value["Fn::ImportValue"])}>`;
  if ("Fn::Join" in value) {
    const [separator, parts] = value["Fn::Join"] as [string, unknown[]];
    return parts.map(spelled).join(separator);
  }
  return JSON.stringify(value);
}

/** One or many as a list of spelled texts. */
export const listed = (value: unknown): string[] => [value].flat().map(spelled);
