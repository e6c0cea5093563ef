// What one call requires from IAM, and the form of the functions that say so for each service.
import type { FaultCall } from "../../../local/gateway/faults.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { Access } from "../iam/evaluate.ts";

/** An action on a resource, before its owner is known. */
export type RequiredAccess = Pick<Access, "action" | "resource" | "context">;

/** The accesses of a service's calls; undefined for unknown calls. */
export type AccessesOf = (call: FaultCall, deployment: Deployment) => readonly RequiredAccess[] | undefined;
