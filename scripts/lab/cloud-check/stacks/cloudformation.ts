// An emulator's CloudFormation through its query protocol: creates stacks in order, and reports what happened to each resource.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import * as z from "zod";
import { localEnvironment } from "../../../local/cloud/identity.ts";

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), dependencies: z.array(z.string()).default([]) }),
  ),
});
const templateSchema = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })).default({}),
});

/** What an emulator created of a stack. */
export type StackRow = {
  stack: string;
  resources: number;
  created: number;
  /** Resource types that the emulator left out, with their number. */
  leftOut: Record<string, number>;
  /** Resource types that were withheld from the emulator, with their number. */
  withheld: Record<string, number>;
  /** Why the emulator created nothing. */
  refused?: string;
};

/** The stacks of an assembly, each after those it depends on. */
export function stacksInOrder(assembly: string): string[] {
  const { artifacts } = manifestSchema.parse(
    JSON.parse(readFileSync(join(assembly, "manifest.json"), "utf8")),
  );
  const ordered = new Set<string>();
  const add = (name: string) => {
    if (ordered.has(name)) return;
    for (const needed of artifacts[name]?.dependencies ?? []) add(needed);
    if (artifacts[name]?.type === "aws:cloudformation:stack") ordered.add(name);
  };
  for (const name of Object.keys(artifacts)) add(name);
  return [...ordered];
}

/**
 * Creates a stack of the assembly at the endpoint. Emulators ignore the signature except for the service it names.
 * @param withheld resource types to remove from the template; nothing else in the stack may refer to them
 */
export async function createStack(
  endpoint: string,
  assembly: string,
  stack: string,
  withheld: readonly string[] = [],
): Promise<StackRow> {
  const template = templateSchema.parse(
    JSON.parse(readFileSync(join(assembly, `${stack}.template.json`), "utf8")),
  );
  const resources = Object.entries(template.Resources);
  const isWithheld = (resource: (typeof template.Resources)[string]) =>
    withheld.includes(resource.Type) || holdsApiId(resource, template.Resources);
  const given = resources.filter(([, resource]) => !isWithheld(resource));
  const TemplateBody = JSON.stringify({ ...template, Resources: Object.fromEntries(given) });
  const row = {
    stack,
    resources: resources.length,
    withheld: counted(resources.filter(([, resource]) => isWithheld(resource))),
  };
  const capabilities = { "Capabilities.member.1": "CAPABILITY_NAMED_IAM" };
  const made = await call(endpoint, {
    Action: "CreateStack",
    StackName: stack,
    TemplateBody,
    ...capabilities,
  });
  if (!made.ok) return { ...row, created: 0, leftOut: {}, refused: plainText(made.text) };
  const listed = await call(endpoint, { Action: "ListStackResources", StackName: stack });
  const ids = logicalIds(new XMLParser({ parseTagValue: false }).parse(listed.text));
  const missing = given.filter(([id]) => !ids.has(id));
  return { ...row, created: given.length - missing.length, leftOut: counted(missing) };
}

/** A parameter with the id of an HTTP API. moto (5.2.5) makes no such API, and refuses a stack with an empty parameter. */
function holdsApiId(
  { Type, ...rest }: { Type: string },
  all: Readonly<Record<string, { Type: string }>>,
): boolean {
  const [, id = ""] = /"Value":\{"Ref":"(\w+)"\}/.exec(JSON.stringify(rest)) ?? [];
  return Type === "AWS::SSM::Parameter" && all[id]?.Type === "AWS::ApiGatewayV2::Api";
}

function counted(resources: readonly [string, { Type: string }][]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, { Type }] of resources) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}

const plainText = (xml: string) =>
  xml
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200);

/** Every logical id anywhere in an answer. */
function logicalIds(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, part] of Object.entries(value)) {
    if (key === "LogicalResourceId") found.add(String(part));
    else logicalIds(part, found);
  }
  return found;
}

async function call(endpoint: string, form: Record<string, string>): Promise<{ ok: boolean; text: string }> {
  const scope = `Credential=local/20260101/${localEnvironment.AWS_REGION}/cloudformation/aws4_request`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Version: "2010-05-15", ...form }),
  });
  return { ok: response.ok, text: await response.text() };
}
