// What a call to the local cloud would require from IAM in the real one: actions and resources, from each service's page of
// the service authorization reference. A call without an entry is an error; it never counts as allowed.
import { FleetError } from "../../../../worker/fleet/errors.ts";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import { scopeServiceOf } from "../../../local/gateway/route.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { Access } from "../iam/evaluate.ts";
import { dynamodbAccesses } from "./dynamodb.ts";
import { autoScalingAccesses, sesAccesses, snsAccesses, sqsAccesses, ssmAccesses } from "./messaging.ts";
import type { AccessesOf } from "./required-access.ts";
import { s3Accesses } from "./s3.ts";

/** A call whose required rights are not known here. */
export class UnknownCall extends FleetError {}

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
 * Everything that IAM must allow for a call to succeed. Assumes TLS, as the cloud's endpoints require.
 * @throws UnknownCall
 */
export function accessesOf(call: FaultCall, deployment: Deployment): Access[] {
  const wanted = services[call.service]?.(call, deployment);
  if (wanted === undefined)
    throw new UnknownCall(`the IAM actions of ${call.service} ${call.action} are not known here`);
  return wanted.map(({ action, resource, context }) => ({
    action,
    resource,
    resourceAccount: deployment.account,
    context: { "aws:SecureTransport": "true", "aws:RequestedRegion": deployment.region, ...context },
  }));
}

const accessKey = /Credential=([^/\s,]+)\//;

/** The access key id in a call's Authorization header, if there is one. */
export function accessKeyOf({ request }: Pick<FaultCall, "request">): string | undefined {
  return scopeServiceOf(request) === undefined
    ? undefined
    : accessKey.exec(request.headers.authorization ?? "")?.[1];
}
