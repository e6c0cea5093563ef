// Rights that a role has but nobody used: each action of an Allow with each of its resources.
import type { Access } from "./evaluate.ts";
import { matchesAction, matchesResource, requestContext } from "./pattern.ts";
import type { Statement } from "./policy.ts";

/** An action pattern with a resource pattern, as a policy grants them. */
export type Grant = { action: string; resource: string };

/** Everything that statements grant, pair by pair. `Not…` elements cannot be listed and are kept as they are. */
export function grantsOf(statements: readonly Statement[]): Grant[] {
  return statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ actions, resources }) =>
      actions.patterns.flatMap((action) =>
        resources.patterns.map((resource) => ({
          action: actions.not ? `all but ${action}` : action,
          resource: resources.not ? `all but ${resource}` : resource,
        })),
      ),
    );
}

/** The grants that none of these accesses used. */
export function unusedRights(
  statements: readonly Statement[],
  used: readonly Pick<Access, "action" | "resource">[],
): Grant[] {
  const options = { context: requestContext({}), variables: false };
  return grantsOf(statements).filter(
    (grant) =>
      !used.some(
        ({ action, resource }) =>
          matchesAction(grant.action, action) && matchesResource(grant.resource, resource, options),
      ),
  );
}
