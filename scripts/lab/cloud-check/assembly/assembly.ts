// A cloud assembly (the folder that `cdk synth` writes) as stacks whose references are resolved for one imagined deployment.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import { NotResolved, type References, resolveIntrinsics } from "./intrinsics.ts";
import { attributeOf, type Deployment, nameProperty, physicalName, referenceOf } from "./physical.ts";

/** A folder that contains no cloud assembly. */
export class NoAssembly extends FleetError {}

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema).default({}),
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.unknown() })).default({}),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() }))
    .default({}),
});
type Template = z.output<typeof templateSchema>;

/** A resource, with the name it would have. */
export type Resource = {
  stack: string;
  logicalId: string;
  type: string;
  name: string;
  arn: string | undefined;
  /** Properties with all functions resolved. Throws `NotResolved` when one cannot be. */
  properties: () => Record<string, unknown>;
  /** CDK's metadata, such as the folder of a function's code. */
  metadata: Readonly<Record<string, unknown>>;
};

/** The resources of all stacks. */
export type Assembly = { folder: string; deployment: Deployment; resources: readonly Resource[] };

/**
 * Reads the templates directly in the folder. Those of a pipeline's stages lie deeper and are the same stacks again.
 * @throws NoAssembly, NotResolved
 */
export function readAssembly(folder: string, deployment: Deployment): Assembly {
  if (!existsSync(folder)) throw new NoAssembly(`${folder} does not exist; run: npx cdk synth`);
  const templates = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith(".template.json"))
      .map((file) => [file.replace(/\.template\.json$/, ""), readTemplate(join(folder, file))]),
  );
  if (templates.size === 0) throw new NoAssembly(`${folder} contains no template; run: npx cdk synth`);
  const stacks = [...templates].map(([stack, template]) => ({
    template,
    references: referencesOf(stack, template, templates, deployment),
    stack,
  }));
  const resources = stacks.flatMap(({ stack, template, references }) =>
    Object.entries(template.Resources).map(([logicalId, { Type: type, Properties, Metadata }]): Resource => {
      const name = nameOf(stack, logicalId, template, references);
      return {
        stack,
        logicalId,
        type,
        name,
        arn: attributeOf(type, name, "Arn", deployment),
        properties: () => propertiesOf(`${stack} ${logicalId}`, Properties, references),
        metadata: Metadata,
      };
    }),
  );
  return { folder, deployment, resources };
}

function readTemplate(path: string): Template {
  const parsed = templateSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!parsed.success) throw new NoAssembly(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function propertiesOf(
  where: string,
  properties: Readonly<Record<string, unknown>>,
  references: References,
): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(resolveIntrinsics(properties, references));
  } catch (cause) {
    if (cause instanceof NotResolved) throw new NotResolved(`${where}: ${cause.message}`, { cause });
    throw cause;
  }
}

function nameOf(stack: string, logicalId: string, template: Template, references: References): string {
  const resource = template.Resources[logicalId];
  const property = resource && nameProperty(resource.Type);
  const given = property === undefined ? undefined : resource?.Properties[property];
  return physicalName(stack, logicalId, resource?.Type ?? "", resolveIntrinsics(given, references));
}

function referencesOf(
  stack: string,
  template: Template,
  templates: ReadonlyMap<string, Template>,
  deployment: Deployment,
): References {
  const pseudo: Record<string, string> = {
    "AWS::AccountId": deployment.account,
    "AWS::Region": deployment.region,
    "AWS::Partition": deployment.partition,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": stack,
  };
  const named = (name: string) => {
    const resource = template.Resources[name];
    return resource && { type: resource.Type, name: nameOf(stack, name, template, references) };
  };
  const references: References = {
    ref: (name) => {
      if (name in pseudo) return pseudo[name];
      const parameter = template.Parameters[name];
      if (parameter !== undefined) return String(parameterValue(parameter, templates, deployment) ?? name);
      const found = named(name);
      return found && referenceOf(found.type, found.name, deployment);
    },
    attribute: (resource, attribute) => {
      const found = named(resource);
      return found && attributeOf(found.type, found.name, attribute, deployment);
    },
    imported: (wanted) => importedFrom(wanted, templates, deployment),
  };
  return references;
}

/** The value of a template's parameter: its default, or what another stack writes into the parameter of that name. */
function parameterValue(
  { Type, Default }: Template["Parameters"][string],
  templates: ReadonlyMap<string, Template>,
  deployment: Deployment,
): unknown {
  if (Default === undefined || !Type.startsWith("AWS::SSM::Parameter::Value")) return Default;
  for (const [stack, template] of templates) {
    const references = referencesOf(stack, template, templates, deployment);
    for (const { Type: type, Properties } of Object.values(template.Resources))
      if (type === "AWS::SSM::Parameter" && resolveIntrinsics(Properties.Name, references) === Default)
        return resolveIntrinsics(Properties.Value, references);
  }
  return Default;
}

function importedFrom(
  wanted: string,
  templates: ReadonlyMap<string, Template>,
  deployment: Deployment,
): unknown {
  for (const [stack, template] of templates) {
    const references = () => referencesOf(stack, template, templates, deployment);
    for (const { Value, Export } of Object.values(template.Outputs))
      if (Export !== undefined && resolveIntrinsics(Export.Name, references()) === wanted)
        return resolveIntrinsics(Value, references());
  }
  return undefined;
}
