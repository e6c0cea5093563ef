// A local cloud that refuses what the synthesised policies refuse: every call of a known caller is judged first, and
// written down. The caller is told by the access key id it signs with.
import type { App } from "aws-cdk-lib";
import { type Assembly, readAssembly } from "../../scripts/lab/cloud-check/assembly/assembly.ts";
import type { Deployment } from "../../scripts/lab/cloud-check/assembly/physical.ts";
import type { Rights, RoleRights } from "../../scripts/lab/cloud-check/assembly/rights.ts";
import { accessesOf, accessKeyOf } from "../../scripts/lab/cloud-check/calls/accesses.ts";
import { missingObjectAccesses } from "../../scripts/lab/cloud-check/calls/s3.ts";
import { type Access, type Decision, evaluate } from "../../scripts/lab/cloud-check/iam/evaluate.ts";
import type { Cloud } from "../../scripts/local/cloud/cloud.ts";
import type { FaultCall } from "../../scripts/local/gateway/faults.ts";
import { fleetOf } from "./synth.ts";

/** The deployment that is thought of: the local cloud's own account and region. */
export const thought: Deployment = { partition: "aws", region: "eu-west-1", account: "000000000000" };

/** Synthesises a fleet and reads it as deployed there. */
export function synthesised(context: Record<string, unknown> = {}): Assembly {
  const app = fleetOf(context).data.node.root as App;
  return readAssembly(app.synth().directory, thought);
}

/** One judged access. */
export type Ruling = Decision & { caller: string; access: Access };

/** What came of a guarded run. */
export type Guard = {
  rulings: Ruling[];
  /** Each refused access once, as text. */
  refused: () => string[];
};

/** Whether a caller may do something, by its role's policies and the resource's own. */
export function ruling(rights: Rights, role: RoleRights, access: Access): Decision {
  const own = access.resource.startsWith("arn:aws:s3:::")
    ? (access.resource.split("/")[0] ?? "")
    : access.resource;
  return evaluate({ kind: "role", arn: role.arn, account: rights.account }, access, {
    identity: role.statements,
    resource: rights.resourcePolicy(own),
  });
}

/**
 * Judges all further calls of these callers. A call whose rights nobody has written down is refused, too.
 * @param roles by access key id
 */
export function guard(cloud: Cloud, rights: Rights, roles: ReadonlyMap<string, RoleRights>): Guard {
  const rulings: Ruling[] = [];
  const calls = new Map<string, FaultCall>();
  const judge = (call: FaultCall, wanted: readonly Access[]): boolean => {
    const caller = accessKeyOf(call) ?? "";
    const role = roles.get(caller);
    if (role === undefined) return true;
    const judged = wanted.map((access) => ({ caller, access, ...ruling(rights, role, access) }));
    rulings.push(...judged);
    return judged.every(({ allowed }) => allowed);
  };
  cloud.faults.push((call) => {
    if (!roles.has(accessKeyOf(call) ?? "")) return undefined;
    calls.set(call.request.id, call);
    if (judge(call, accessesOf(call, thought))) return undefined;
    const message = `${call.service} ${call.action} is not allowed`;
    return { kind: "error", status: 403, code: "AccessDenied", message };
  });
  // S3 says that an object is not there only to those who may list; to others it would have said 403.
  cloud.requests.subscribe(({ id, status }) => {
    const call = calls.get(id);
    calls.delete(id);
    if (call === undefined) return;
    const wanted = missingObjectAccesses(call, status, thought);
    judge(
      call,
      wanted.map((access) => ({ ...access, resourceAccount: thought.account, context: {} })),
    );
  });
  const refused = () =>
    rulings
      .filter(({ allowed }) => !allowed)
      .map(({ caller, why, access }) => `${caller}: ${access.action} on ${access.resource} (${why})`);
  return { rulings, refused: () => [...new Set(refused())] };
}
