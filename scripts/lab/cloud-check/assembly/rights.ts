// Who may do what, according to an assembly: every role with its policies, every resource with its own policy.
import * as z from "zod";
import { PolicyNotUnderstood, readPolicy, type Statement } from "../iam/policy.ts";
import type { Assembly, Resource } from "./assembly.ts";

/** A role that the stacks create. */
export type RoleRights = {
  name: string;
  arn: string;
  statements: readonly Statement[];
  managed: readonly string[];
};

/** The policies of a deployment. */
export type Rights = {
  account: string;
  roles: readonly RoleRights[];
  /** A resource's own policy, by the resource's ARN. */
  resourcePolicy: (arn: string) => readonly Statement[];
};

/** AWS-managed policies that a role may have. No flow calls anything they allow. */
const knownManaged = ["AmazonSSMManagedInstanceCore"];

const inline = z.array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]);
const roleSchema = z.object({
  Policies: inline,
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.undefined({ error: "permissions boundaries are not supported" }).optional(),
});
const policySchema = z.object({ PolicyDocument: z.unknown(), Roles: z.array(z.string()).default([]) });
const targets = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Types of resource policies: the property that names the resource, and how its value becomes an ARN. */
const resourcePolicies: Readonly<Record<string, { property: string; arn: (value: string) => string }>> = {
  "AWS::S3::BucketPolicy": { property: "Bucket", arn: (bucket) => `arn:aws:s3:::${bucket}` },
  "AWS::SNS::TopicPolicy": { property: "Topics", arn: (topic) => topic },
  "AWS::SQS::QueuePolicy": { property: "Queues", arn: queueArn },
};

function queueArn(url: string): string {
  const [, region = "", account = "", name = ""] =
    /^https:\/\/sqs\.([^.]+)\.[^/]+\/(\d+)\/(.+)$/.exec(url) ?? [];
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/**
 * Reads all rights.
 * @throws PolicyNotUnderstood for what cannot be judged: a key's own policy, a boundary, an unknown managed policy
 */
export function readRights({ resources, deployment }: Assembly): Rights {
  const byArn = new Map<string, Statement[]>();
  for (const resource of resources) {
    if (resource.type.startsWith("AWS::KMS::"))
      throw new PolicyNotUnderstood(`${resource.logicalId}: key policies are not supported`);
    for (const [arn, statements] of resourcePoliciesOf(resource))
      byArn.set(arn, [...(byArn.get(arn) ?? []), ...statements]);
  }
  const attached = resources.filter(
    ({ type }) => type === "AWS::IAM::Policy" || type === "AWS::IAM::ManagedPolicy",
  );
  return {
    account: deployment.account,
    roles: resources
      .filter(({ type }) => type === "AWS::IAM::Role")
      .map((role) => roleRights(role, attached)),
    resourcePolicy: (arn) => byArn.get(arn) ?? [],
  };
}

function* resourcePoliciesOf({ type, logicalId, properties }: Resource): Iterable<[string, Statement[]]> {
  const known = resourcePolicies[type];
  if (known === undefined) return;
  const all = properties();
  for (const value of targets.parse(all[known.property]))
    yield [known.arn(value), readPolicy(logicalId, all.PolicyDocument)];
}

function roleRights(role: Resource, attached: readonly Resource[]): RoleRights {
  const parsed = roleSchema.safeParse(role.properties());
  if (!parsed.success) throw new PolicyNotUnderstood(`${role.logicalId}: ${z.prettifyError(parsed.error)}`);
  const { Policies, ManagedPolicyArns } = parsed.data;
  const managed = ManagedPolicyArns.map((arn) => arn.split("/").at(-1) ?? arn);
  for (const name of managed)
    if (!knownManaged.includes(name))
      throw new PolicyNotUnderstood(`${role.logicalId}: managed policy ${name}`);
  const own = Policies.flatMap(({ PolicyName, PolicyDocument }) => readPolicy(PolicyName, PolicyDocument));
  const others = attached.flatMap(({ logicalId, properties }) => {
    const { PolicyDocument, Roles } = policySchema.parse(properties());
    return Roles.includes(role.name) ? readPolicy(logicalId, PolicyDocument) : [];
  });
  return { name: role.name, arn: role.arn ?? "", statements: [...own, ...others], managed };
}

/**
 * The role of a function or of the instances of a launch template.
 * @param who the function's name, or "instances"
 */
export function roleOf({ resources }: Assembly, { roles }: Rights, who: string): RoleRights | undefined {
  if (who === "instances") {
    const profile = resources.find(({ type }) => type === "AWS::IAM::InstanceProfile");
    const names = z.array(z.string()).parse(profile?.properties().Roles ?? []);
    return roles.find(({ name }) => names.includes(name));
  }
  const found = resources.find(({ type, name }) => type === "AWS::Lambda::Function" && name === who);
  const arn = found?.properties().Role;
  return roles.find((role) => role.arn === arn);
}
