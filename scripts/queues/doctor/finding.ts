// What a check of the doctor finds: one line that says what is, and what to do where it is wrong.
import { endpointProblem } from "../../../worker/fleet/endpoint-problem.ts";
import type { CommonOptions, Running } from "../subcommand.ts";

/** `unknown`: it could not be looked at, and nothing depends on it alone. */
export type Finding = {
  check: string;
  state: "ok" | "wrong" | "unknown";
  /** What is. */
  found: string;
  /** What to do about it. */
  todo?: string;
};

/** What checks work with. */
export type Examined = Running<CommonOptions>;

/** One check. It reports what it cannot read as a finding. */
export type Check = { name: string; look: (examined: Examined) => Promise<Finding[]> };

export const fine = (check: string, found: string): Finding => ({ check, state: "ok", found });

export const wrong = (check: string, found: string, todo: string): Finding => ({
  check,
  state: "wrong",
  found,
  todo,
});

export const unknown = (check: string, found: string): Finding => ({ check, state: "unknown", found });

/** AWS's names for a call that the credentials do not allow. */
const refusals = /AccessDenied|NotAuthorized|Unauthorized|AuthorizationError|Forbidden/;

export const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (refusals.test(error.name) ||
    (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 403);

/** What a call that failed says about the fleet. @param right the right that the call needs */
export function failure(
  check: string,
  error: unknown,
  { where, right }: { where: string; right: string },
): Finding {
  if (isRefusal(error))
    return wrong(
      check,
      `these credentials may not call ${right}`,
      "add the right: docs/actions.md, Permissions on AWS",
    );
  const problem = endpointProblem(error, where);
  if (problem !== undefined)
    return wrong(check, problem, "check the endpoint, the region and the credentials");
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return wrong(
    check,
    `${right} failed: ${text.split("\n")[0]}`,
    "try again; then look at the service's health",
  );
}

/** Findings of many things in one line while all are well. */
export function summed(check: string, allWell: string, findings: readonly Finding[]): Finding[] {
  const bad = findings.filter(({ state }) => state !== "ok");
  return bad.length === 0 ? [fine(check, allWell)] : bad;
}
