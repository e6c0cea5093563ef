// Whether a call is allowed: IAM's evaluation logic for identity and resource policies ("Policy evaluation logic" and
// "Cross-account policy evaluation logic", IAM user guide). Knows no boundaries, session or organisation policies.
import { conditionsHold } from "./condition.ts";
import { matchesAction, matchesResource, requestContext } from "./pattern.ts";
import type { PrincipalPattern, Statement } from "./policy.ts";

/** The caller. */
export type Caller =
  | { kind: "role"; arn: string; account: string }
  /** E.g. `s3.amazonaws.com`. */
  | { kind: "service"; name: string }
  | { kind: "anonymous" };

/** One action on one resource. An API call may consist of several. */
export type Access = {
  /** E.g. `s3:GetObjectVersion`. */
  action: string;
  /** The resource's ARN; `*` for actions that take no resource. */
  resource: string;
  /** The account that owns the resource, which S3's ARNs do not contain. */
  resourceAccount: string;
  /** Condition keys in addition to those that follow from the caller. */
  context?: Readonly<Record<string, string | readonly string[]>>;
};

/** The policies that apply to a caller and a resource. */
export type Policies = { identity: readonly Statement[]; resource: readonly Statement[] };

/** The decision, and the statement that caused it, if one did. */
export type Decision = { allowed: boolean; why: "explicit-deny" | "allowed" | "no-allow"; by?: string };

/** Decides one access. */
export function evaluate(caller: Caller, access: Access, { identity, resource }: Policies): Decision {
  const context = requestContext({ ...callerContext(caller), ...access.context });
  const applies = (statement: Statement) =>
    matchesAny(statement.actions, (pattern) => matchesAction(pattern, access.action)) &&
    matchesAny(statement.resources, (pattern) =>
      matchesResource(pattern, access.resource, { context, variables: statement.variables }),
    ) &&
    conditionsHold(statement.conditions, context, statement.variables);
  const fromIdentity = caller.kind === "role" ? identity.filter(applies) : [];
  const fromResource = resource.filter(applies);
  const deny =
    fromIdentity.find(({ effect }) => effect === "Deny") ??
    fromResource.find(
      ({ effect, principals }) => effect === "Deny" && namesCaller(principals, caller, "account too"),
    );
  if (deny !== undefined) return { allowed: false, why: "explicit-deny", by: deny.label };
  const own = fromIdentity.find(({ effect }) => effect === "Allow");
  // Within the caller's own account, an account principal only lets identity policies decide; see `isAbout`.
  const sameAccount = caller.kind !== "role" || caller.account === access.resourceAccount;
  const theirs = fromResource.find(
    ({ effect, principals }) =>
      effect === "Allow" && namesCaller(principals, caller, sameAccount ? "itself" : "account too"),
  );
  const decisive = sameAccount ? (own ?? theirs) : own && theirs;
  return decisive === undefined
    ? { allowed: false, why: "no-allow" }
    : { allowed: true, why: "allowed", by: decisive.label };
}

function callerContext(caller: Caller): Record<string, string> {
  switch (caller.kind) {
    case "role":
      return {
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
      };
    case "service":
      return { "aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": caller.name };
    case "anonymous":
      return { "aws:PrincipalType": "Anonymous" };
  }
}

const matchesAny = (
  { not, patterns }: { not: boolean; patterns: readonly string[] },
  test: (pattern: string) => boolean,
): boolean => patterns.some(test) !== not;

/**
 * Whether a statement names the caller. An account (`arn:aws:iam::111122223333:root` or its number) stands for all its
 * principals in a Deny, or when the caller comes from another account ("AWS JSON policy elements: Principal").
 */
function namesCaller(
  principals: readonly PrincipalPattern[] | undefined,
  caller: Caller,
  how: "itself" | "account too",
): boolean {
  return (principals ?? []).some((pattern) => {
    if (pattern.kind === "anyone") return true;
    if (caller.kind === "service") return pattern.kind === "Service" && pattern.values.includes(caller.name);
    if (caller.kind !== "role" || pattern.kind !== "AWS") return false;
    const account = [caller.account, `arn:aws:iam::${caller.account}:root`];
    return pattern.values.some(
      (value) => value === caller.arn || (how === "account too" && account.includes(value)),
    );
  });
}
