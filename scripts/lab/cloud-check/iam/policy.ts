// IAM policy documents, read strictly: what the evaluator cannot judge is refused here, never ignored.
import * as z from "zod";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import { type Conditions, isOperator } from "./condition.ts";

/** A policy contains something this evaluator does not know. Ignoring it could make a wrong policy look right. */
export class PolicyNotUnderstood extends FleetError {}

/** The principals that a resource policy's statement names. */
export type PrincipalPattern = { kind: "anyone" } | { kind: "AWS" | "Service"; values: readonly string[] };

/** A list of which one entry must match, or (`not`) none. */
export type Matcher = { not: boolean; patterns: readonly string[] };

/** One statement. */
export type Statement = {
  /** Where it is, for reports. */
  label: string;
  effect: "Allow" | "Deny";
  actions: Matcher;
  resources: Matcher;
  /** Only in resource policies. */
  principals?: readonly PrincipalPattern[];
  conditions: Conditions;
  /** Whether policy variables are substituted: before version 2012-10-17 they are literal text ("Policy variables"). */
  variables: boolean;
};

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const conditionValue = z
  .union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.boolean(), z.number()]))])
  .transform((value) => [value].flat().map(String));
const principal = z.union([
  z.literal("*"),
  z.strictObject({ AWS: oneOrMore.optional(), Service: oneOrMore.optional() }),
]);

const statementSchema = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Action: oneOrMore.optional(),
    NotAction: oneOrMore.optional(),
    Resource: oneOrMore.optional(),
    NotResource: oneOrMore.optional(),
    Principal: principal.optional(),
    Condition: z.record(z.string(), z.record(z.string(), conditionValue)).optional(),
  })
  .refine(({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined), {
    message: "needs either Action or NotAction",
  })
  .refine(({ Resource, NotResource }) => (Resource === undefined) !== (NotResource === undefined), {
    message: "needs either Resource or NotResource",
  });

const policySchema = z.strictObject({
  Version: z.enum(["2012-10-17", "2008-10-17"]).default("2008-10-17"),
  Id: z.string().optional(),
  Statement: z
    .union([statementSchema, z.array(statementSchema)])
    .transform((value): z.output<typeof statementSchema>[] => [value].flat()),
});

/** Six fields (IAM user guide, "Identify AWS resources with ARNs"). The last may contain colons. */
const fullArn = /^arn:[^:]*:[^:]+:[^:]*:[^:]*:.+$/s;
const action = /^(\*|[a-z0-9-]+:[a-z0-9*?]+)$/i;

/**
 * Reads a policy document whose intrinsic functions have been resolved.
 * @param label names the policy in reports and errors
 * @throws PolicyNotUnderstood for elements, operators or patterns that evaluate.ts cannot judge
 */
export function readPolicy(label: string, document: unknown): Statement[] {
  const parsed = policySchema.safeParse(document);
  if (!parsed.success)
    throw new PolicyNotUnderstood(
      `${label}: ${parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ")}`,
    );
  const variables = parsed.data.Version === "2012-10-17";
  return parsed.data.Statement.map((raw, index) => {
    const statement: Statement = {
      label: `${label}, ${raw.Sid ?? `statement ${index + 1}`}`,
      effect: raw.Effect,
      actions: matcher(raw.Action, raw.NotAction),
      resources: matcher(raw.Resource, raw.NotResource),
      conditions: raw.Condition ?? {},
      variables,
      ...(raw.Principal !== undefined && { principals: principalsOf(raw.Principal) }),
    };
    refuseUnknown(statement);
    return statement;
  });
}

const matcher = (yes: string[] | undefined, no: string[] | undefined): Matcher => ({
  not: yes === undefined,
  patterns: yes ?? no ?? [],
});

function principalsOf(raw: z.output<typeof principal>): PrincipalPattern[] {
  if (raw === "*" || raw.AWS?.includes("*")) return [{ kind: "anyone" }];
  const { AWS = [], Service = [] } = raw;
  return [
    { kind: "AWS", values: AWS },
    { kind: "Service", values: Service },
  ];
}

function refuseUnknown({ label, actions, resources, conditions }: Statement): void {
  const refuse = (what: string) => {
    throw new PolicyNotUnderstood(`${label}: ${what}`);
  };
  for (const pattern of actions.patterns) if (!action.test(pattern)) refuse(`action ${pattern}`);
  for (const pattern of resources.patterns)
    if (pattern !== "*" && !fullArn.test(pattern)) refuse(`resource ${pattern} is not a full ARN`);
  // Its meaning when a variable has no value is not documented.
  if (resources.not && resources.patterns.some((pattern) => pattern.includes("${")))
    refuse("policy variables in NotResource");
  for (const operator of Object.keys(conditions))
    if (!isOperator(operator)) refuse(`condition operator ${operator}`);
}
