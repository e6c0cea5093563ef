// What a call at the local cloud would ask of IAM in the real one: its actions and resources, by each service's page of
// the service authorization reference. A call without an entry is an error, never taken as allowed.
import { FleetError } from "../../../../worker/fleet/errors.ts";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import { scopeServiceOf } from "../../../local/gateway/route.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { Access } from "../iam/evaluate.ts";
import { dynamodbAccesses } from "./dynamodb.ts";
import { autoScalingAccesses, sesAccesses, snsAccesses, sqsAccesses, ssmAccesses } from "./messaging.ts";
import { s3Accesses } from "./s3.ts";

/** A call whose rights are not known here. */
export class UnknownCall extends FleetError {}

/** An action on a resource, before it is known whose the resource is. */
export type Wanted = Pick<Access, "action" | "resource" | "context">;

/** How a service's calls ask; undefined for calls it does not know. */
export type AccessesOf = (call: FaultCall, deployment: Deployment) => readonly Wanted[] | undefined;

const services: Readonly<Record<string, AccessesOf>> = {
  s3: s3Accesses,
  sqs: sqsAccesses,
  sns: snsAccesses,
  dynamodb: dynamodbAccesses,
  autoscaling: autoScalingAccesses,
  ses: sesAccesses,
  ssm: ssmAccesses,
};

/**
 * Everything that IAM must allow for a call to go through. The cloud's endpoints are spoken to over TLS.
 * @throws UnknownCall
 */
export function accessesOf(call: FaultCall, deployment: Deployment): Access[] {
  const wanted = services[call.service]?.(call, deployment);
  if (wanted === undefined)
    throw new UnknownCall(`what ${call.service} ${call.action} needs of IAM is not known here`);
  return wanted.map(({ action, resource, context }) => ({
    action,
    resource,
    resourceAccount: deployment.account,
    context: { "aws:SecureTransport": "true", "aws:RequestedRegion": deployment.region, ...context },
  }));
}

const accessKey = /Credential=([^/\s,]+)\//;

/** The access key id a call is signed with, if it is signed by header. */
export function accessKeyOf({ request }: Pick<FaultCall, "request">): string | undefined {
  return scopeServiceOf(request) === undefined
    ? undefined
    : accessKey.exec(request.headers.authorization ?? "")?.[1];
}
